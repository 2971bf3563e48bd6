import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EndedStages } from '../../src/cli/host.ts';
import { OptionValues } from '../../src/cli/options.ts';
import { concludeStopped } from '../../src/cli/outcome.ts';
import { withProject } from '../../src/cli/session.ts';
import { MlDeployError } from '../../src/errors.ts';
import { runPipeline } from '../../src/pipeline/deploy.ts';
import type { Stage } from '../../src/pipeline/stage.ts';
import { validateEvidence } from '../pipeline/evidence.ts';
import { captureHost } from './host.ts';

const interrupted = new MlDeployError({
  code: 'build/interrupted',
  kind: 'interrupted',
  message: 'the build was interrupted',
  hint: 'Run it again.',
});

/** `deploy` whose build is interrupted; `options` as on the command line. */
async function stoppedRun(
  folder: string,
  options: Record<string, string>,
): Promise<{ ended: EndedStages[]; said: string }> {
  await writeFile(
    join(folder, 'mldeploy.yaml'),
    'version: 1\nname: fraud\nmodel: {path: m}\nimage: {repository: a.b/c}\n',
  );
  const ended: EndedStages[] = [];
  const listener = {
    configured: () => undefined,
    ended: () => undefined,
    failed: () => undefined,
    stopped: (stages: EndedStages) => void ended.push(stages),
  };
  const host = { ...captureHost(folder), listener };
  const invocation = { arguments: [], options: new OptionValues(options), host };
  const preflight = (): Promise<void> => Promise.resolve();
  const stages: Stage[] = [
    { name: 'validate', preflight, run: () => Promise.resolve(validateEvidence()) },
    { name: 'build', preflight, run: () => Promise.reject(interrupted) },
  ];
  const run = withProject(invocation, async (session) => {
    await runPipeline(stages, session.context, session.store).catch(() => concludeStopped(session, invocation));
    return 130;
  });
  expect(await run).toBe(130);
  return { ended, said: host.stderr.text };
}

test('an interrupted run writes a report of what happened until then', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stopped-'));
  const { ended, said } = await stoppedRun(folder, { results: join(folder, 'results') });
  const evidence = join(folder, '.mldeploy/default');
  expect((await readdir(evidence)).sort()).toEqual([
    'report.html',
    'report.md',
    'stopped.json',
    'validate.json',
    'validate.sarif',
  ]);
  const markdown = await readFile(join(evidence, 'report.md'), 'utf8');
  expect(markdown).toContain('fraud: interrupted in build');
  expect(markdown).toMatch(/\| validate \| passed \|.*\n\| build \| interrupted \|.*the build was interrupted/);
  expect(await readFile(join(evidence, 'report.html'), 'utf8')).toContain('Run it again.');
  expect(said).toContain(`Report of what happened until then: ${join(evidence, 'report.html')}`);
  expect(ended).toMatchObject([{ outcome: 'error', evidence: { stopped: { stage: 'build' } } }]);
  expect(await readFile(join(folder, 'results/verdict'), 'utf8')).toBe('clean');
});

test('a report of an earlier run does not stay, wherever it was asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stopped-'));
  const reports = join(folder, 'public');
  await stoppedRun(folder, { report: 'public' });
  await writeFile(join(reports, 'report.md'), 'of an earlier run');
  await stoppedRun(folder, { report: 'public' });
  expect(await readFile(join(reports, 'report.md'), 'utf8')).toContain('interrupted in build');
});
