import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { MlDeployError } from '../errors.ts';
import type { PipelineResult } from '../pipeline/deploy.ts';
import type { EvidenceSoFar, RolloutEvidence } from '../pipeline/evidence.ts';
import { exitCodeOfOutcome } from '../pipeline/order.ts';
import { outcomeOfError } from '../pipeline/stopped.ts';
import { replaceFile } from '../replace-file.ts';
import { results } from '../report/results.ts';
import type { Results } from '../report/results.ts';
import type { ReportFiles } from '../report/write.ts';
import type { Invocation } from './command.ts';
import type { Host } from './host.ts';
import { palette } from './reporter/colour.ts';
import type { ProjectSession } from './session.ts';

const resultNames: readonly (keyof Results)[] = ['verdict', 'decision', 'IMAGE_URL', 'IMAGE_DIGEST'];

/**
 * What every command does after stages have run: reports beside the evidence (or in --report), results for a Tekton Task (--results), the host's
 * listener, and the result on standard output. Returns the exit code.
 */
export async function conclude(
  { evidence, outcome, last }: PipelineResult,
  session: ProjectSession,
  invocation: Invocation,
): Promise<number> {
  const { host, options } = invocation;
  session.reporter.close();
  await writeResults(results(evidence), { host, options });
  const report = await publish(evidence, session, invocation, { outcome, stage: last });
  host.listener?.ended({ evidence, outcome, folder: session.store.folder, report });
  return exitCodeOfOutcome(outcome);
}

/** As conclude, for a rollout that went on after an interruption or a hold. */
export async function concludeRollout(
  rollout: RolloutEvidence,
  session: ProjectSession,
  invocation: Invocation,
): Promise<number> {
  await session.store.write(rollout);
  await session.store.forgetStopped();
  const evidence = { ...(await session.store.readAll()), rollout };
  return conclude({ evidence, outcome: rollout.outcome, last: 'rollout' }, session, invocation);
}

/** Writes the reports and shows the evidence as text, or as JSON with `facts` in front; returns the path of the HTML report. */
export async function publish(
  evidence: EvidenceSoFar,
  session: ProjectSession,
  { host, options }: Invocation,
  facts: Readonly<Record<string, string>>,
): Promise<string> {
  const { html, markdown } = await writeFiles(evidence, session, host);
  const format = options.text('format') ?? 'text';
  if (format === 'json') {
    await writeResult(`${JSON.stringify({ ...facts, reports: { html, markdown }, evidence }, null, 2)}\n`, {
      host,
      options,
    });
  } else if (format === 'text') {
    const { textReport } = await import('../report/text.ts');
    const text = textReport(evidence, palette(host.stdout, colourEnvironment({ host, options })));
    await writeResult(`${text}\nReport: ${html}\n`, { host, options });
  } else {
    const { validationText } = await import('./validation-text.ts');
    const paths = evidence.validate === undefined ? [] : [evidence.validate];
    await writeResult(await validationText(format, paths, [], false), { host, options });
  }
  return html;
}

/** The environment by which colours are chosen; without them after --no-color, and in a file. */
export function colourEnvironment({ host, options }: Pick<Invocation, 'host' | 'options'>): Host['environment'] {
  const plain = !options.flag('color') || options.text('output') !== null;
  return plain ? { ...host.environment, NO_COLOR: '1' } : host.environment;
}

/** Writes the result to standard output, or to the file of --output: the old one or the new one, never a part. */
export async function writeResult(
  text: string,
  { host, options }: Pick<Invocation, 'host' | 'options'>,
): Promise<void> {
  const output = options.text('output');
  if (output === null) {
    host.stdout.write(text);
    return;
  }
  const file = resolve(host.cwd, output);
  try {
    await replaceFile(file, text);
  } catch (cause) {
    throw new MlDeployError({
      code: 'cli/output-not-written',
      kind: 'usage',
      message: `the result cannot be written to ${output}: ${(cause as Error).message}`,
      hint: 'Name a file in a folder that can be written with --output.',
      cause,
    });
  }
}

async function writeFiles(
  evidence: EvidenceSoFar,
  { config, store, context }: ProjectSession,
  { cwd }: Host,
): Promise<ReportFiles> {
  const { writeReports, writeSarif } = await import('../report/write.ts');
  if (evidence.validate !== undefined) {
    await writeSarif(store.reports, evidence.validate, relative(cwd, context.access.root).split(sep).join('/'));
  }
  return writeReports(store.reports, [{ title: config.name, evidence }]);
}

/**
 * As conclude, for a run that an error or a signal has stopped in the middle of a stage: reports and results say what happened until
 * then. Nothing is done when no stage has begun. Never throws: the error that stopped the run is what people have to see.
 */
export async function concludeStopped(session: ProjectSession, { host, options }: Invocation): Promise<void> {
  try {
    const { stopped, folder } = session.store;
    if (stopped === null) return;
    const evidence = await session.store.readAll();
    await writeResults(results(evidence), { host, options });
    const { html } = await writeFiles(evidence, session, host);
    session.reporter.note('info', `Report of what happened until then: ${html}`);
    host.listener?.stopped({ evidence, outcome: outcomeOfError(stopped.error), folder, report: html });
  } catch (error) {
    session.reporter.note(
      'warning',
      `No report was written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** One file per result, without a newline, as Tekton reads them; what is not known is empty. */
export async function writeResults(
  values: Results,
  { host, options }: Pick<Invocation, 'host' | 'options'>,
): Promise<void> {
  const asked = options.text('results');
  if (asked === null) return;
  const folder = resolve(host.cwd, asked);
  await mkdir(folder, { recursive: true });
  for (const name of resultNames) await writeFile(join(folder, name), values[name] ?? '');
}
