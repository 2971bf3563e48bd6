import { constants } from 'node:fs';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MlDeployError } from '../errors.ts';
import { replaceFile } from '../replace-file.ts';
import { isEvidenceOf, stageOrder } from './order.ts';
import type { Evidence, EvidenceSoFar, StageName, StoppedRun } from './evidence.ts';

/** Folder of the evidence of one environment: `.mldeploy/<environment>/`, or `.mldeploy/default/` without one. */
export function evidenceFolder(root: string, environment: string | null): string {
  return join(root, '.mldeploy', environment ?? 'default');
}

/** Evidence on disk: one JSON document per stage in one folder. */
export class EvidenceStore {
  readonly folder: string;
  /** Folder of the reports that are made from it. */
  readonly reports: string;
  #stopped: StoppedRun | null = null;

  constructor(folder: string, reports = folder) {
    this.folder = folder;
    this.reports = reports;
  }

  /** Path of a stage's document. */
  path(stage: StageName): string {
    return join(this.folder, `${stage}.json`);
  }

  /** Writes a document so that a reader sees the old one or the new one, never a part. */
  async write(evidence: Evidence): Promise<void> {
    await this.#replace(this.path(evidence.stage), evidence);
  }

  /** Keeps what stopped a run in the middle of a stage. */
  async writeStopped(stopped: StoppedRun): Promise<void> {
    this.#stopped = stopped;
    await this.#replace(join(this.folder, stoppedName), stopped);
  }

  /** What has stopped the run of this very process; null when nothing has. */
  get stopped(): StoppedRun | null {
    return this.#stopped;
  }

  /** Forgets what stopped an earlier run: a later one went on. */
  async forgetStopped(): Promise<void> {
    await rm(join(this.folder, stoppedName), { force: true });
  }

  /**
   * Finds out before any work is done that its evidence could not be kept.
   * @throws MlDeployError `evidence/not-written`
   */
  async requireWritable(): Promise<void> {
    for (const folder of new Set([this.folder, this.reports])) {
      await explained(folder, async () => {
        await mkdir(folder, { recursive: true });
        await access(folder, constants.W_OK | constants.X_OK);
      });
    }
  }

  async #replace(target: string, document: Evidence | StoppedRun): Promise<void> {
    await explained(this.folder, () => this.#write(target, document));
  }

  async #write(target: string, document: Evidence | StoppedRun): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    // Everything below .mldeploy/ is made anew by each run, and its cache is large.
    const parent = dirname(this.folder);
    if (basename(parent) === '.mldeploy') await writeFile(join(parent, '.gitignore'), '*\n');
    await replaceFile(target, `${JSON.stringify(document, null, 2)}\n`);
  }

  /** Removes what these stages proved, and what later stages built upon it: it would be read as proof of what comes now. */
  async forget(stages: readonly StageName[]): Promise<void> {
    const first = stageOrder.findIndex((name) => stages.includes(name));
    if (first < 0) return;
    for (const stage of stageOrder.slice(first)) await rm(this.path(stage), { force: true });
    await this.forgetStopped();
    // A report of the earlier run beside evidence of this one would tell the wrong story.
    for (const report of ['report.html', 'report.md', 'validate.sarif'])
      await rm(join(this.reports, report), { force: true });
  }

  /** Everything that is there. Throws `evidence/invalid` for a document that is not evidence. */
  async readAll(): Promise<EvidenceSoFar> {
    const documents = await Promise.all(stageOrder.map((stage) => this.read(stage)));
    let found: EvidenceSoFar = {};
    for (const document of documents) if (document !== null) found = withEvidence(found, document);
    const stopped = await this.#readStopped();
    return stopped === null ? found : { ...found, stopped };
  }

  async #readStopped(): Promise<StoppedRun | null> {
    const text = await readIfThere(join(this.folder, stoppedName));
    if (text === null) return null;
    try {
      const { stage, startedAt, endedAt, error } = JSON.parse(text) as StoppedRun;
      if (stageOrder.includes(stage) && typeof error.message === 'string') return { stage, startedAt, endedAt, error };
    } catch {
      // A note for people that cannot be read says nothing; the evidence beside it counts.
    }
    return null;
  }

  /** One stage's document, or null when there is none. */
  async read(stage: StageName): Promise<Evidence | null> {
    const path = this.path(stage);
    const text = await readIfThere(path);
    return text === null ? null : parseEvidence(text, stage, path);
  }
}

const stoppedName = 'stopped.json';

async function explained(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (cause instanceof MlDeployError || !(cause instanceof Error) || !('code' in cause)) throw cause;
    const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT';
    throw new MlDeployError({
      code: 'evidence/not-written',
      kind: 'infrastructure',
      message: `evidence cannot be written to ${folder}: ${cause.message}`,
      hint: full
        ? 'Make room on the disk, and run it again.'
        : 'Give the folder .mldeploy to the user who runs ml-deploy, or remove it: an earlier step may have run as another user. Everything in it is made anew.',
      cause,
    });
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new MlDeployError({
      code: 'evidence/unreadable',
      kind: 'usage',
      message: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    });
  }
}

/** Parses one evidence document and checks it against the published schema of its stage; `path` is its name in messages. */
export async function parseEvidence(text: string, stage: StageName, path: string): Promise<Evidence> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(path, stage, cause instanceof Error ? cause.message : String(cause));
  }
  const validators = await import('./generated/validate-evidence.js');
  const check = validators[stage];
  if (check(value)) return value as Evidence;
  const [first] = check.errors ?? [];
  throw invalid(path, stage, `${first?.instancePath ?? ''} ${first?.message ?? ''}`.trim());
}

function invalid(path: string, stage: StageName, detail: string): MlDeployError {
  return new MlDeployError({
    code: 'evidence/invalid',
    kind: 'usage',
    message: `${path} is not evidence of ${stage} (schema ${stage}-evidence-v1): ${detail}`,
    hint: `Delete it and run \`ml-deploy ${stage}\` again.`,
  });
}

/** The evidence so far with one more document. */
export function withEvidence(so: EvidenceSoFar, evidence: Evidence): EvidenceSoFar {
  if (isEvidenceOf(evidence, 'validate')) return { ...so, validate: evidence };
  if (isEvidenceOf(evidence, 'build')) return { ...so, build: evidence };
  if (isEvidenceOf(evidence, 'smoke')) return { ...so, smoke: evidence };
  if (isEvidenceOf(evidence, 'rollout')) return { ...so, rollout: evidence };
  return so;
}
