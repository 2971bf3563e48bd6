import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { until } from '../cluster/poll.ts';
import { hostImages, hostProject, terminal, type HostImages } from '../hosts/host-project.ts';
import { built } from '../rollout/project.ts';
import { ActionRunner, type RunningStep } from './runner.ts';

// A job that is cancelled: the main step is killed in the middle of a canary, the post step restores what is its own.

let cluster: Cluster;
let images: HostImages;
let space: TestNamespace;

beforeAll(async () => {
  cluster = await ensureCluster();
  images = await hostImages(cluster);
  space = await cluster.namespace('post');
  const folder = hostProject(cluster, { namespace: space.name, watchdog: images.engine, replicas: 1 });
  await terminal(folder, ['rollout', `--image=${images.server}`, `--kubeconfig=${cluster.kubeconfigPath}`], {});
});

afterAll(async () => {
  await space[Symbol.asyncDispose]();
});

const selector = (): Promise<string> =>
  cluster.kubectl(['get', 'service', 'fraud', '-n', space.name, '-o', 'jsonpath={.spec.selector}']);

async function phase(): Promise<string> {
  const path = 'jsonpath={.data.state}';
  const text = await cluster.kubectl(['get', 'configmap', 'mldeploy-fraud', '-n', space.name, '-o', path]);
  return (JSON.parse(text) as { phase: string }).phase;
}

it('restores the stable revision after SIGKILL, once, and cleans up the kubeconfig that came as a secret', async () => {
  const kubeconfig = readFileSync(cluster.kubeconfigPath, 'utf8');
  const folder = hostProject(cluster, {
    namespace: space.name,
    watchdog: images.engine,
    replicas: 1,
    env: { VERSION: '2' },
    // The watchdog would be quicker than this test otherwise.
    rollout: { minTime: '10m', stepDeadline: '20m', lease: '2m' },
  });
  using runner = new ActionRunner(folder, { command: 'rollout', image: images.server, kubeconfig });
  const main = runner.main();
  await until('the candidate has traffic', async () => (await selector()).includes('canary'), {
    timeout: 90_000,
    hint: () => main.log(),
  });
  main.kill('SIGKILL');
  const killed = await main.ended;
  expect(killed.signal).toBe('SIGKILL');
  const { token } = (JSON.parse(kubeconfig) as { users: { user: { token: string } }[] }).users[0]?.user ?? {
    token: '?',
  };
  expect(killed.commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data)).toContain(token);
  const state = JSON.parse(killed.state['mldeploy'] ?? '{}') as { temporary: string; holder: string };
  expect(existsSync(state.temporary)).toBe(true);
  expect(JSON.stringify(killed.state)).not.toContain(token);

  const post = await runner.post(killed).ended;
  expect(post.exitCode, post.log).toBe(0);
  expect(await selector()).toContain('"revision":"r1"');
  expect(await phase()).toBe('done');
  expect(existsSync(state.temporary)).toBe(false);

  const again = await runner.post({
    ...killed,
    state: {
      ...killed.state,
      mldeploy: JSON.stringify({ ...state, temporary: undefined, kubeconfig: cluster.kubeconfigPath }),
    },
  }).ended;
  expect(again.exitCode, again.log).toBe(0);
  expect(again.log).toContain('nothing to do');
});

it("leaves somebody else's rollout alone", async () => {
  const folder = hostProject(cluster, {
    namespace: space.name,
    watchdog: images.engine,
    replicas: 1,
    env: { VERSION: '3' },
    rollout: { minTime: '10m', stepDeadline: '20m' },
  });
  using mine = new ActionRunner(folder, {
    command: 'rollout',
    image: images.server,
    kubeconfig: cluster.kubeconfigPath,
  });
  const main = mine.main();
  await until('the candidate has traffic', async () => (await selector()).includes('canary'), {
    timeout: 90_000,
    hint: () => main.log(),
  });
  using other = new ActionRunner(folder, { command: 'rollout', kubeconfig: cluster.kubeconfigPath });
  const stranger = {
    holder: 'github-1-1-x-y',
    model: 'fraud',
    namespace: space.name,
    kubeconfig: cluster.kubeconfigPath,
  };
  const state = { isPost: 'true', mldeploy: JSON.stringify(stranger) };
  const post = await other.post({
    exitCode: null,
    signal: null,
    log: '',
    commands: [],
    outputs: {},
    state,
    summary: '',
  }).ended;
  expect(post.exitCode, post.log).toBe(0);
  expect(await selector()).toContain('canary');
  main.kill('SIGINT');
  const cancelled = await main.ended;
  expect(cancelled.exitCode, cancelled.log).toBe(130);
  expect(await selector()).toContain('"revision":"r1"');
});

it('removes the pod of a smoke test that was killed, and not that of another job', async () => {
  const kubeconfig = cluster.kubeconfigPath;
  const started = (): { runner: ActionRunner; main: RunningStep } => {
    const folder = hostProject(cluster, { namespace: space.name, env: { FAKE_NEVER_READY: '1' } });
    const evidence = join(folder, '.mldeploy/default');
    mkdirSync(evidence, { recursive: true });
    writeFileSync(join(evidence, 'build.json'), JSON.stringify(built(images.server).build));
    const runner = new ActionRunner(folder, { command: 'smoke', kubeconfig });
    return { runner, main: runner.main() };
  };
  /** Names of the pods of smoke tests, by the run that started each. */
  const pods = async (): Promise<ReadonlyMap<string, string>> => {
    const { items } = await cluster.get<{
      items: { metadata: { name: string; annotations: Record<string, string> } }[];
    }>(...['pods', '-n', space.name, '-l', 'mldeploy/smoke']);
    return new Map(
      items.map(({ metadata: { name, annotations } }) => {
        const { run } = JSON.parse(annotations['mldeploy/smoke-owner'] ?? '{}') as { run: string };
        return [run, name];
      }),
    );
  };
  const [mine, other] = [started(), started()];
  using runners = new DisposableStack();
  for (const { runner } of [mine, other]) runners.use(runner);
  await until('both pods are there', async () => (await pods()).size === 2, {
    hint: () => `${mine.main.log()}\n${other.main.log()}`,
  });
  mine.main.kill('SIGKILL');
  const killed = await mine.main.ended;
  const { holder } = JSON.parse(killed.state['mldeploy'] ?? '{}') as { holder: string };
  const before = await pods();
  const name = before.get(holder) ?? 'none';

  const post = await mine.runner.post(killed).ended;
  expect(post.exitCode, post.log).toBe(0);
  expect(post.log).toContain(`Removed pod ${name} in namespace ${space.name}, which the main step had left behind.`);
  const gone = new Map([...before].filter(([run]) => run !== holder));
  await until('its pod is gone', async () => !(await pods()).has(holder));
  expect(await pods()).toEqual(gone);

  other.main.kill('SIGINT');
  const interrupted = await other.main.ended;
  expect(interrupted.exitCode, interrupted.log).toBe(130);
  expect(await pods()).toEqual(new Map());
});
