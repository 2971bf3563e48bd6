import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { PipelineResult } from '../pipeline/deploy.ts';
import type { EvidenceSoFar, RolloutEvidence } from '../pipeline/evidence.ts';
import { exitCodeOfOutcome, stageOrder } from '../pipeline/order.ts';
import { results } from '../report/results.ts';
import type { Results } from '../report/results.ts';
import type { Invocation } from './command.ts';
import type { ProjectSession } from './session.ts';

const resultNames: readonly (keyof Results)[] = ['verdict', 'decision', 'IMAGE_URL', 'IMAGE_DIGEST'];

/**
 * What every command does after stages have run: reports beside the evidence (or in --report), results for a Tekton Task (--results), the host's
 * listener, and the result on standard output. Returns the exit code.
 */
export async function conclude(
  { evidence, outcome, last }: PipelineResult,
  session: ProjectSession,
  { host, options }: Invocation,
): Promise<number> {
  session.reporter.close();
  const asked = options.text('report');
  const folder = asked === null ? session.store.folder : resolve(host.cwd, asked);
  const reports = await writeReports(evidence, folder, session.config.name);
  await writeResults(results(evidence), options.text('results'));
  host.listener?.ended({ evidence, outcome, folder: session.store.folder, report: reports[0] ?? null });
  if (options.text('format') === 'json') {
    host.stdout.write(`${JSON.stringify({ outcome, stage: last, evidence, reports }, null, 2)}\n`);
  } else {
    host.stdout.write(resultText(evidence));
    host.stdout.write(`report: ${reports[0] ?? ''}\n`);
  }
  return exitCodeOfOutcome(outcome);
}

/** As conclude, for a rollout that went on after an interruption or a hold. */
export async function concludeRollout(
  rollout: RolloutEvidence,
  session: ProjectSession,
  invocation: Invocation,
): Promise<number> {
  await session.store.write(rollout);
  const evidence = { ...(await session.store.readAll()), rollout };
  return conclude({ evidence, outcome: rollout.outcome, last: 'rollout' }, session, invocation);
}

/** Writes report.html into a folder; returns the paths. */
export async function writeReports(evidence: EvidenceSoFar, folder: string, name: string): Promise<string[]> {
  const { htmlReport } = await import('../report/html/index.ts');
  await mkdir(folder, { recursive: true });
  const html = join(folder, 'report.html');
  await writeFile(html, htmlReport([{ title: name === '' ? basename(folder) : name, evidence }]));
  return [html];
}

/** One file per result, without a newline, as Tekton reads them; what is not known is empty. */
export async function writeResults(values: Results, folder: string | null): Promise<void> {
  if (folder === null) return;
  await mkdir(folder, { recursive: true });
  for (const name of resultNames) await writeFile(join(folder, name), values[name] ?? '');
}

/** One line per stage. */
export function resultText(evidence: EvidenceSoFar): string {
  return stageOrder
    .flatMap((name) => {
      const proof = evidence[name];
      return proof === undefined ? [] : [`${name}: ${proof.outcome}: ${proof.summary}\n`];
    })
    .join('');
}
