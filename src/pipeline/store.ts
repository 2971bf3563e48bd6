import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MlDeployError } from '../errors.ts';
import { isEvidenceOf, stageOrder } from './order.ts';
import type { Evidence, EvidenceSoFar, StageName } from './evidence.ts';

/** Folder of the evidence of one environment: `.mldeploy/<environment>/`, or `.mldeploy/default/` without one. */
export function evidenceFolder(root: string, environment: string | null): string {
  return join(root, '.mldeploy', environment ?? 'default');
}

/** Evidence on disk: one JSON document per stage in one folder. */
export class EvidenceStore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Path of a stage's document. */
  path(stage: StageName): string {
    return join(this.folder, `${stage}.json`);
  }

  /** Writes a document so that a reader sees the old one or the new one, never a part. */
  async write(evidence: Evidence): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    // Everything below .mldeploy/ is made anew by each run, and its cache is large.
    const parent = dirname(this.folder);
    if (basename(parent) === '.mldeploy') await writeFile(join(parent, '.gitignore'), '*\n');
    const target = this.path(evidence.stage);
    const draft = `${target}.${process.pid}.tmp`;
    await writeFile(draft, `${JSON.stringify(evidence, null, 2)}\n`);
    await rename(draft, target);
  }

  /** Removes what these stages proved, and what later stages built upon it: it would be read as proof of what comes now. */
  async forget(stages: readonly StageName[]): Promise<void> {
    const first = stageOrder.findIndex((name) => stages.includes(name));
    if (first < 0) return;
    for (const stage of stageOrder.slice(first)) await rm(this.path(stage), { force: true });
    // A report of the earlier run beside evidence of this one would tell the wrong story.
    for (const report of ['report.html', 'report.md']) await rm(join(this.folder, report), { force: true });
  }

  /** Everything that is there. Throws `evidence/invalid` for a document that is not evidence. */
  async readAll(): Promise<EvidenceSoFar> {
    const documents = await Promise.all(stageOrder.map((stage) => this.read(stage)));
    let found: EvidenceSoFar = {};
    for (const document of documents) if (document !== null) found = withEvidence(found, document);
    return found;
  }

  /** One stage's document, or null when there is none. */
  async read(stage: StageName): Promise<Evidence | null> {
    const path = this.path(stage);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
      throw new MlDeployError({
        code: 'evidence/unreadable',
        kind: 'usage',
        message: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
        cause,
      });
    }
    return parseEvidence(text, stage, path);
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
