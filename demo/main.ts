/**
 * `make demo`: a real model travels the whole way on a real cluster, three times, under continuous live traffic. v1 is the first
 * deploy, v2 is better and promoted, v3 fails for one request in ten and is rolled back. Ends with a table and one HTML report.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { checkTarget } from './check.ts';
import { checkEntrance, serviceUrl } from './entrance.ts';
import { liveTraffic, type LiveTraffic } from './live-traffic.ts';
import { trainModels, type TrainedModels } from './models.ts';
import { readEvidence, writeReport, type VersionOutcome } from './outcome.ts';
import { DemoProblem, explained } from './problem.ts';
import { prepareProject } from './project.ts';
import { checkPull } from './pull-check.ts';
import { runQuietly, runShown, say, signalCurrent } from './run.ts';
import { environmentOf, findTarget, type Target } from './target.ts';
import { dropNamespace, freshNamespace, namespaceName, removeEarlier } from './workspace.ts';

const root = new URL('..', import.meta.url).pathname;
const state = join(root, '.demo');
const requestsPerSecond = 60;

const versions = [
  { name: 'v1', story: "yesterday's model; nothing runs yet, so this is the first deploy", expected: 'deployed' },
  { name: 'v2', story: 'a better model: the canary should be promoted', expected: 'promoted' },
  {
    name: 'v3',
    story: 'passes every test its team wrote, and fails for one live request in ten',
    expected: 'rolled back',
  },
] as const;

const live: { traffic: LiveTraffic | null } = { traffic: null };
let interrupted = 0;

/** The first signal goes to the running deploy, which restores the stable version; a second one does not wait for the clean-up. */
function onSignal(signal: NodeJS.Signals): void {
  interrupted++;
  say(
    `\n${signal}: stopping; the version that serves goes on serving.${interrupted > 1 ? '' : ' (once more to stop waiting)'}`,
  );
  const reached = signalCurrent(signal);
  if (interrupted > 1 || !reached) process.exit(signal === 'SIGINT' ? 130 : 143);
}

async function deploy(
  target: Target,
  models: TrainedModels,
  version: string,
  engineImage: string,
  namespace: string,
): Promise<number> {
  const project = prepareProject({ state, version, target, models, namespace });
  const started = performance.now();
  const code = await runShown(process.execPath, [join(root, 'dist/index.js'), 'deploy', ...contextOptions(target)], {
    cwd: project,
    env: environmentOf(target, engineImage),
  });
  say(`  ml-deploy deploy ended with exit code ${code} after ${seconds(started)} s`);
  return code;
}

const contextOptions = (target: Target): string[] => (target.context === null ? [] : ['--context', target.context]);
const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);

/** Before any work on a cluster of somebody's: all that could stop the demo minutes later. Ends with the namespace made. */
async function check(target: Target, namespace: string): Promise<void> {
  say('  checking cluster, rights, builder, registry and the way to the Service ...');
  await checkTarget(target, namespace, (line) => say(`  ${line}`));
  await checkEntrance(target);
  await freshNamespace(target, namespace, state);
  try {
    await checkPull(target, namespace);
  } catch (error) {
    await dropNamespace(target, namespace);
    throw error;
  }
  say(`  all there; everything goes into namespace ${namespace}`);
}

async function main(): Promise<number> {
  const started = performance.now();
  if (!existsSync(join(root, 'dist/index.js')))
    throw new DemoProblem('dist/index.js is missing: run `make build` first.');
  mkdirSync(state, { recursive: true });
  say('ml-deploy demo: validate, build, smoke-test and roll out a scikit-learn model three times, under live traffic.');
  say('Ctrl-C at any moment leaves the stable version serving.\n');

  say('[1/6] cluster, builder and registry');
  const target = await findTarget(process.env, (line) => say(`  ${line}`));
  say(`  using ${target.title}`);
  const namespace = namespaceName(target);
  if (!target.ours) await check(target, namespace);

  say('[2/6] the engine image, which the watchdog runs in the cluster');
  const engineImage = (
    await runQuietly('building the engine image', 20, process.execPath, [
      join(root, 'scripts/engine-image.ts'),
      ...['--repository', `${target.repository}/engine`, '--buildctl', target.buildctl, '--addr', target.buildkit],
      ...(target.insecure ? ['--insecure'] : []),
      ...(target.caBundle === null ? [] : ['--ca', target.caBundle]),
    ])
  ).trim();

  say('[3/6] three models');
  const models = await trainModels(target, state);
  for (const { name } of versions)
    say(`  ${name}: accuracy ${(models.accuracy(name) * 100).toFixed(1)} % on held-out data`);

  if (target.ours) await freshNamespace(target, namespace, state);
  await removeEarlier(target, namespace, state);
  const outcomes: VersionOutcome[] = [];
  for (const [index, version] of versions.entries()) {
    if (interrupted > 0) break;
    say(`\n[${index + 4}/6] ${version.name}: ${version.story}`);
    const deployStarted = Date.now();
    const exitCode = await deploy(target, models, version.name, engineImage, namespace);
    if (interrupted > 0) break;
    outcomes.push({
      ...version,
      exitCode,
      startedAt: deployStarted,
      endedAt: Date.now(),
      accuracy: models.accuracy(version.name),
      evidence: readEvidence(state),
    });
    if (version.name === 'v1') {
      if (exitCode !== 0)
        throw new DemoProblem(`The first deploy failed with exit code ${exitCode}; see its output above.`);
      live.traffic = liveTraffic({
        url: await serviceUrl(target, namespace),
        rate: requestsPerSecond,
        rows: models.rows,
        say,
      });
      await live.traffic.firstAnswer();
      say(
        `  live traffic: ${requestsPerSecond} requests/s at the public Service, half on kept-alive connections, until the end`,
      );
    }
  }
  await live.traffic?.settle();
  await live.traffic?.stop();
  if (interrupted > 0) return 130;
  const good = writeReport({ state, outcomes, traffic: live.traffic, say });
  say(`\nThe whole demo took ${seconds(started)} s. The model still serves: see it with`);
  const variable = target.kubeconfig === null ? '' : `KUBECONFIG=${target.kubeconfig} `;
  const status = ['status', '--model', 'tumour', '--namespace', namespace, ...contextOptions(target)];
  say(`  ${variable}node dist/index.js ${status.join(' ')}`);
  say(`It goes with \`kubectl delete namespace ${namespace}\`${target.url === null ? ', or with the next demo' : ''}.`);
  return good ? 0 : 1;
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
try {
  process.exitCode = await main();
} catch (error) {
  await live.traffic?.stop();
  if (interrupted > 0) {
    process.exitCode = 130;
  } else {
    const shown = explained('The cluster', error);
    process.exitCode = shown instanceof DemoProblem ? 2 : 4;
    say(`\nThe demo could not go on: ${shown instanceof Error ? shown.message : String(shown)}`);
  }
}
