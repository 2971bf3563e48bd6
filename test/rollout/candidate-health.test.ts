import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kubernetes/api.ts';
import { CandidateHealth } from '../../src/rollout/candidate-health.ts';

interface Facts {
  readonly uid?: string;
  /** The pod's Ready condition. */
  readonly ready?: boolean;
  /** What the kubelet says of the container; as `ready` unless told. */
  readonly containerReady?: boolean;
  readonly restarts?: number;
  readonly state?: object;
  readonly lastState?: object;
  readonly phase?: string;
}

function pod(facts: Facts = {}): KubeObject {
  const { uid = 'a', ready = true, restarts = 0, state = { running: {} }, phase = 'Running' } = facts;
  const container = {
    name: 'server',
    ready: facts.containerReady ?? ready,
    restartCount: restarts,
    state,
    ...(facts.lastState === undefined ? {} : { lastState: facts.lastState }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `fraud-r2-${uid}`, uid },
    status: {
      phase,
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [container],
    },
  };
}

const ended = (exitCode: number, reason = 'Error'): object => ({ terminated: { exitCode, reason } });

describe.each([
  ['gateway', true],
  ['replicas', false],
])('%s', (_, failsWithoutPods) => {
  test('one crash of a pod that was ready is enough', () => {
    const health = new CandidateHealth('r2', failsWithoutPods);
    expect(health.look([pod()], 0.1, 0)).toBeNull();
    const crashed = pod({ ready: false, state: ended(3) });
    expect(health.look([crashed], 0.1, 10)).toMatchObject({ kind: 'model', code: 'rollout/crashed' });
  });

  test('also when it is back before the next look', () => {
    const health = new CandidateHealth('r2', failsWithoutPods);
    health.look([pod()], 0.1, 0);
    const back = pod({ restarts: 1, lastState: ended(3) });
    expect(health.look([back], 0.1, 3000)).toMatchObject({ kind: 'model', code: 'rollout/crashed' });
  });

  test('a container beside the server that ends, or is not ready, is not held against the revision', () => {
    const beside = (proxy: object, proxyReady: boolean): KubeObject => {
      const one = pod({ ready: proxyReady, containerReady: true });
      const { containerStatuses: [server] = [], ...status } = one['status'] as { containerStatuses?: object[] };
      return { ...one, status: { ...status, containerStatuses: [{ name: 'istio-proxy', ...proxy }, server] } };
    };
    const health = new CandidateHealth('r2', failsWithoutPods);
    health.look([beside({ ready: true, restartCount: 0, state: { running: {} } }, true)], 0.1, 0);
    const crashed = { ready: false, restartCount: 1, state: { running: {} }, lastState: ended(1) };
    expect(health.look([beside(crashed, false)], 0.1, 3000)).toBeNull();
    expect(health.look([beside(crashed, false)], 0.1, 6000)?.kind).not.toBe('model');
  });

  test('a restart before the first readiness, and ends nobody knows, are not held against it', () => {
    const health = new CandidateHealth('r2', failsWithoutPods);
    const restarted = pod({ restarts: 1, lastState: ended(1) });
    expect(health.look([restarted], 0.1, 0)).toBeNull();
    expect(health.look([restarted], 0.1, 3000)).toBeNull();
    const other = pod({ uid: 'b' });
    health.look([restarted, other], 0.1, 6000);
    const rebooted = pod({ uid: 'b', restarts: 1, lastState: ended(255, 'Unknown') });
    expect(health.look([restarted, rebooted], 0.1, 9000)).toBeNull();
  });

  test('pods that run but are not ready any more blame the model on the second look', () => {
    const health = new CandidateHealth('r2', failsWithoutPods);
    health.look([pod()], 0.1, 0);
    expect(health.look([pod({ ready: false })], 0.1, 3000)).toBeNull();
    expect(health.look([pod({ ready: false })], 0.1, 3001)).toBeNull();
    expect(health.look([pod({ ready: false })], 0.1, 6000)).toMatchObject({
      kind: 'model',
      code: 'rollout/became-unready',
    });
  });

  test('without weight, or when one pod is ready, nothing ends', () => {
    const health = new CandidateHealth('r2', failsWithoutPods);
    health.look([pod(), pod({ uid: 'b' })], 0.1, 0);
    for (const at of [3000, 6000]) {
      expect(health.look([pod({ ready: false }), pod({ uid: 'b' })], 0.1, at)).toBeNull();
      expect(health.look([pod({ ready: false })], 0, at)).toBeNull();
    }
  });

  test.each([
    ['evicted', pod({ phase: 'Failed', ready: false, state: ended(137) })],
    ['its node is lost', pod({ ready: false, containerReady: true })],
    ['its replacement starts', pod({ uid: 'new', ready: false })],
  ])('%s: never blamed; ends the rollout only where requests fail', (__, lost) => {
    const health = new CandidateHealth('r2', failsWithoutPods);
    health.look([pod()], 0.1, 0);
    health.look([lost], 0.1, 3000);
    const found = health.look([lost], 0.1, 6000);
    if (failsWithoutPods) expect(found).toMatchObject({ kind: 'infrastructure', code: 'rollout/candidate-lost' });
    else expect(found).toBeNull();
  });
});
