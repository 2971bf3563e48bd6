/** A real rollout tells receivers and the cluster what it does, and needs neither. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Notification } from '../../src/notify/notification.ts';
import { needs } from '../../src/rollout/preflight.ts';
import { groupOf } from '../../src/rollout/watchdog/rules.ts';
import { until } from '../cluster/poll.ts';
import { project } from '../rollout/project.ts';
import { Scenario } from '../rollout/scenario.ts';
import { Receiver } from './receiver.ts';

const notify = [
  '{slack: {url: TEST_SLACK_URL}, on: [failed, promoted]}',
  '{webhook: {url: TEST_HOOK_URL, secret: TEST_HOOK_KEY}}',
];

let scenario: Scenario;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
  // The command line gets the environment of this process.
  process.env['TEST_HOOK_URL'] = receiver.url;
  process.env['TEST_HOOK_KEY'] = 'a-key-for-tests';
  process.env['TEST_SLACK_URL'] = 'http://127.0.0.1:1/T000/s3cret-token';
  scenario = await Scenario.start('notify');
});

afterAll(async () => {
  await scenario[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

interface Event {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid?: string };
}

/** What our events say, in the order in which they were written: `Normal CandidateReady Deployment/fraud-r1`. */
async function events(): Promise<string[]> {
  const { items } = await scenario.cluster.get<{
    items: (Event & { eventTime: string; reportingController: string })[];
  }>('events.events.k8s.io', '-n', scenario.namespace);
  return items
    .filter((each) => each.reportingController === 'ml-deploy')
    .sort((a, b) => a.eventTime.localeCompare(b.eventTime))
    .map(({ type, reason, regarding }) => `${type} ${reason} ${regarding.kind}/${regarding.name}`);
}

const received = (): Notification[] => receiver.requests.map(({ body }) => JSON.parse(body) as Notification);

test('a first deploy: receivers hear of its start and end, kubectl describe shows it, no secret is told', async () => {
  const { code, output } = await scenario.run('rollout', { notify });
  expect(code, output).toBe(0);
  expect(received().map(({ event, candidate, stable }) => [event, candidate.revision, stable])).toEqual([
    ['started', 'r1', null],
    ['promoted', 'r1', null],
  ]);
  expect(output).toContain('did not reach notify[0] (slack): no connection');
  expect(await events()).toEqual([
    'Normal RolloutStarted ConfigMap/mldeploy-fraud',
    'Normal CandidateReady Deployment/fraud-r1',
    'Normal Promoted Deployment/fraud-r1',
  ]);
  const described = await scenario.cluster.kubectl(['describe', 'deployment', 'fraud-r1', '-n', scenario.namespace]);
  expect(described).toMatch(/CandidateReady\s.*ml-deploy.*r1 is ready and warm/);
  const files = ['rollout.json', 'report.html'].map((name) => join(scenario.folder, '.mldeploy/default', name));
  const told = [output, ...(await Promise.all(files.map((file) => readFile(file, 'utf8'))))].join('\n');
  for (const secret of ['s3cret', 'a-key-for-tests', new URL(receiver.url).pathname])
    expect(told).not.toContain(secret);
});

test('a rollback, without the right to write events, with receivers that do not answer: all goes on', async () => {
  receiver.answers = ['silence'];
  receiver.requests.length = 0;
  const before = await events();
  const config = project({ namespace: scenario.namespace, watchdog: scenario.watchdog });
  const kubeconfig = await scenario.cluster.restrictedUser(
    scenario.namespace,
    needs(config).map(({ resource, verb }) => ({
      apiGroups: [groupOf(resource)],
      resources: [resource.plural],
      verbs: [verb],
    })),
  );
  const { code, output, evidence } = await scenario.run('rollout', { notify, kubeconfig, env: { FAKE_CRASH: '1' } });
  expect(code, output).toBe(1);
  expect(evidence).toMatchObject({ outcome: 'failed', decision: 'rollback', stable: { name: 'r1' } });
  expect(output).toContain('Without the right to create events.events.k8s.io');
  expect(output).toContain('No more Kubernetes Events are written');
  // The end waits for nobody: what was left of the messages was given up when the traffic had long been back.
  const { timeline, endedAt } = evidence.volatile;
  const restored = timeline.find((event) => event.kind === 'restored');
  expect(Date.parse(endedAt) - Date.parse(restored?.at ?? '')).toBeLessThan(40_000);
  expect(output).toMatch(/"(started|rolled-back)" did not reach notify\[1\] \(webhook\)/);
  expect(await events()).toEqual(before);
});

test('the watchdog and a rollback by command leave events', async () => {
  const before = (await events()).length;
  const engine = await scenario.engine('rollout', { env: { FAKE_NEVER_READY: '1' } });
  await until(
    'the candidate is created',
    async () =>
      (await scenario.status()).revisions.some((each) => each.role === 'candidate' && each.wanted > 0)
        ? true
        : undefined,
    { timeout: 60_000, hint: () => engine.output() },
  );
  engine.process.kill('SIGKILL');
  await scenario.reaches('abandoned', (report) => report.phase === 'abandoned' && report.engine === null);
  const since = async (): Promise<string[]> => (await events()).slice(before);
  await until('the watchdog has told it', async () =>
    (await since()).includes('Warning WatchdogRestored Service/fraud') ? true : undefined,
  );
  expect((await scenario.elsewhere('rollback')).code).toBe(0);
  expect(await since()).toEqual([
    'Normal RolloutStarted Service/fraud',
    'Warning WatchdogRestored Service/fraud',
    'Warning RolledBack Service/fraud',
  ]);
});
