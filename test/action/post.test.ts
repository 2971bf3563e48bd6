import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { actionHost } from '../../src/action/main.ts';
import { runPost } from '../../src/action/post.ts';
import { type ActionState, isLeftBehind } from '../../src/action/state.ts';
import { WorkflowLog } from '../../src/action/workflow-log.ts';
import type { EvidenceSoFar } from '../../src/pipeline/evidence.ts';
import { thisProcess } from '../../src/process/owner.ts';
import { until } from '../cluster/poll.ts';
import { derived } from '../gpu/nvidia/documents.ts';
import { digest, type GpuHost, gpuHost } from '../smoke/simulated/gpu-host.ts';
import { ActionRunner, type RunningStep, source } from './runner.ts';
import { smokeWorkspace } from './smoke-workspace.ts';

// The smoke test on a self-hosted runner that lives on: whatever ends the main step, the post step leaves the machine clean.

const job = (host: GpuHost, device: string) =>
  new ActionRunner(
    smokeWorkspace(`registry.test/fraud@${digest}`, { device, env: { FAULT: 'never-ready' } }),
    { command: 'smoke' },
    { PATH: host.environment['PATH'] ?? '' },
    source,
  );

/** The container of this step, once it runs. */
async function containerOf(host: GpuHost, known: readonly string[], main: RunningStep): Promise<string> {
  const fresh = () => host.containers().find((name) => !known.includes(name) && isRunning(host, name));
  await until('its container runs', () => Promise.resolve(fresh() !== undefined), {
    timeout: 60_000,
    hint: () => main.log(),
  });
  return fresh() ?? '';
}

const isRunning = (host: GpuHost, name: string) => existsSync(join(host.state, 'containers', name, 'live.xml'));

/** A container of `run-1` that is still there. */
function leave(host: GpuHost): void {
  const made = join('containers', 'left');
  mkdirSync(join(host.state, made), { recursive: true });
  const labels = { 'mldeploy/smoke': 'smoke-1', 'mldeploy/smoke-owner': thisProcess('run-1') };
  host.set(join(made, 'id'), 'id-left');
  host.set(join(made, 'head'), JSON.stringify({ Name: '/left', Config: { Labels: labels } }).slice(0, -1));
  host.set(join(made, 'container.json'), JSON.stringify({ name: 'left', environment: {} }));
}

function capture(): { readonly stdout: Writable; readonly text: () => string } {
  let said = '';
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      said += chunk.toString();
      done();
    },
  });
  return { stdout, text: () => said };
}

const kubeconfigOf = (server: string) =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: {} }],
  });

describe('the post step of a smoke test', () => {
  it('removes what a killed step has left, and nothing of the job beside it', async () => {
    const host = gpuHost(derived['h100-535']?.() ?? '');
    using dies = job(host, 'cpu');
    using lives = job(host, 'cpu');
    const first = dies.main();
    const mine = await containerOf(host, [], first);
    const second = lives.main();
    const theirs = await containerOf(host, [mine], second);

    first.kill('SIGKILL');
    const killed = await first.ended;
    expect(killed.signal).toBe('SIGKILL');
    expect(host.containers()).toContain(mine);
    expect(readdirSync(dies.temporary)).not.toEqual([]);
    const post = await dies.post(killed).ended;
    expect(post.exitCode, post.log).toBe(0);
    expect(post.log).toMatch(
      new RegExp(`Removed (docker|podman) container ${mine}, which the main step had left behind`),
    );
    expect(host.containers()).toEqual([theirs]);
    expect(isRunning(host, theirs)).toBe(true);
    expect(readdirSync(dies.temporary)).toEqual([]);

    second.kill('SIGINT');
    const cancelled = await second.ended;
    expect(cancelled.exitCode, cancelled.log).toBe(130);
    expect(JSON.parse(cancelled.state['mldeploy'] ?? '{}')).toMatchObject({ exitCode: 130 });
    expect(host.containers()).toEqual([]);
    const after = await lives.post(cancelled).ended;
    expect([after.exitCode, after.log]).toEqual([0, '']);
  }, 120_000);

  it('frees the GPU: the next job has it without waiting, though its run has another name', async () => {
    // Locks hold for the machine: another checkout may run the same test at this moment.
    const uuid = `GPU-11111111-0000-0000-00a1-${String(process.pid).padStart(12, '0')}`;
    const host = gpuHost((derived['h100-535']?.() ?? '').replace(/<uuid>[^<]*/, `<uuid>${uuid}`));
    using dies = job(host, '{require: gpu}');
    const main = dies.main();
    const mine = await containerOf(host, [], main);
    main.kill('SIGKILL');
    await main.ended;
    // The runner itself is gone, and no post step comes.
    using next = job(host, '{require: gpu}');
    const second = next.main();
    await containerOf(host, [mine], second);
    expect(host.containers()).not.toContain(mine);
    expect(second.log()).toContain(`Removed ${mine}, left behind by a run that died`);
    second.kill('SIGTERM');
    expect((await second.ended).exitCode).toBe(143);
    expect(host.containers()).toEqual([]);
  }, 120_000);

  it('ends programs that the killed step had started', async () => {
    const host = gpuHost(null);
    const pid = join(host.state, 'pulling');
    host.forget('image');
    const engine = join(host.state, '../bin/docker');
    const rest = readFileSync(engine, 'utf8').split('\n').slice(1).join('\n');
    host.program('docker', `if [ "$1" = pull ]; then echo $$ > ${pid}; exec sleep 300; fi\n${rest}`);
    using runner = job(host, 'cpu');
    const main = runner.main();
    await until('it pulls', () => Promise.resolve(existsSync(pid)), { timeout: 60_000, hint: () => main.log() });
    main.kill('SIGKILL');
    const post = await runner.post(await main.ended).ended;
    expect(post.exitCode, post.log).toBe(0);
    expect(post.log).toContain(`(process ${readFileSync(pid, 'utf8').trim()}), which the main step had started.`);
  }, 120_000);

  it('removes a container while the cluster does not answer, and not after it', async () => {
    const host = gpuHost(null);
    leave(host);
    const waiting: (() => void)[] = [];
    let answers = false;
    const silent = createServer((_, response) => {
      const answer = () =>
        void response.writeHead(404, { 'content-type': 'application/json' }).end('{"kind":"Status"}');
      if (answers) answer();
      else waiting.push(answer);
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    host.set('kubeconfig', kubeconfigOf(`http://127.0.0.1:${port}`));
    const kubeconfig = join(host.state, 'kubeconfig');
    const { stdout, text } = capture();
    const state = { holder: 'run-1', model: 'fraud', namespace: 'ml', kubeconfig, smoke: { namespace: null } };
    let over = false;
    const work = runPost(state, {
      ...actionHost(host.environment, new WorkflowLog(() => undefined), 'run-1'),
      stdout,
    }).finally(() => (over = true));
    await until('it is removed', () => Promise.resolve(host.containers().length === 0), { timeout: 30_000 });
    expect(over).toBe(false);
    await until('it is said', () => Promise.resolve(/Removed (docker|podman) container left/.test(text())), {
      timeout: 10_000,
    });
    await until('the cluster is asked', () => Promise.resolve(waiting.length > 0), {
      timeout: 10_000,
      hint: text,
    });
    answers = true;
    for (const answer of waiting) answer();
    expect(await work).toBe(4); // this cluster knows nothing
    silent.closeAllConnections();
    silent.close();
  }, 60_000);

  it('removes what a failed test could not remove, and asks no cluster for it', async () => {
    const host = gpuHost(null);
    leave(host);
    const { stdout, text } = capture();
    const ended = { holder: 'run-1', model: 'fraud', namespace: 'ml', kubeconfig: '/nowhere', settled: true };
    const post = (state: ActionState) =>
      runPost(state, { ...actionHost(host.environment, new WorkflowLog(() => undefined), 'run-1'), stdout });
    expect(await post({ ...ended, smoke: { namespace: null }, leftBehind: false })).toBe(0);
    expect(host.containers()).toEqual(['left']);
    expect(await post({ ...ended, smoke: { namespace: null }, leftBehind: true })).toBe(0);
    expect(host.containers()).toEqual([]);
    expect(text()).toMatch(/^Removed (docker|podman) container left, which/);
  });

  it('says how the main step ended before it asks the cluster', async () => {
    const { stdout, text } = capture();
    const state = { holder: '', model: 'fraud', namespace: 'ml', kubeconfig: '/nowhere' };
    const post = (more: Partial<ActionState>) =>
      runPost({ ...state, ...more }, { ...actionHost({}, new WorkflowLog(() => undefined), 'run-1'), stdout });
    await post({});
    await post({ exitCode: 4 });
    expect(text()).toMatch(/^The main step did not end by itself: looking .*\nThe main step ended with exit code 4: /);
  });

  it('looks again where the container could not be removed, not for a doubt about memory of the GPU', () => {
    const smoke = (verdict: string, volatile: object) =>
      ({ smoke: { runtime: 'docker', checks: [{ id: 'clean', verdict }], volatile } }) as unknown as EvidenceSoFar;
    expect(isLeftBehind(smoke('passed', {}))).toBe(false);
    expect(isLeftBehind(smoke('skipped', {}))).toBe(false);
    expect(isLeftBehind(smoke('skipped', { notRemoved: true }))).toBe(true);
    expect(isLeftBehind(smoke('failed', { notRemoved: true }))).toBe(true);
    expect(isLeftBehind({})).toBe(false);
  });

  it('says when an engine cannot be asked, and does not fail for it', async () => {
    const host = gpuHost(null);
    using runner = job(host, 'cpu');
    const main = runner.main();
    await containerOf(host, [], main);
    main.kill('SIGKILL');
    const killed = await main.ended;
    host.program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    const post = await runner.post(killed).ended;
    expect(post.exitCode, post.log).toBe(0);
    expect(post.log).toContain('Whether something is left behind could not be seen. docker: ');
  }, 120_000);
});
