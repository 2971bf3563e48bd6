import { until } from '../../cluster/poll.ts';
import type { Traffic } from '../../cluster/traffic.ts';
import { onlyAnsweredBy } from '../scenario.ts';
import type { Scenario } from '../scenario.ts';

/** Waits until every answer of the last second is good and comes from the revision that the state calls stable. */
export async function onlyStableAnswers(scenario: Scenario, traffic: Traffic): Promise<void> {
  const { revisions } = await scenario.status();
  const stable = revisions.find((each) => each.role === 'stable')?.name;
  await onlyAnsweredBy(traffic, stable ?? 'the stable revision');
}

/** Nothing of the rollout is left: one revision's objects, at most the previous one without pods, no watchdog. */
export async function nothingLeft(scenario: Scenario): Promise<void> {
  const { revisions } = await scenario.status();
  const kept = revisions.filter((each) => each.role === 'stable' || each.role === 'previous').map((each) => each.name);
  const expected =
    kept.length === 0
      ? []
      : [
          'configmap/mldeploy-fraud',
          ...kept.map((name) => `deployment.apps/fraud-${name}`),
          'service/fraud',
          ...kept.map((name) => `service/fraud-${name}`),
        ].sort();
  let there: string[] = [];
  await until(
    'nothing is left behind',
    async () => {
      // A budget is no leftover; a first deploy that was killed right after the promotion has none yet.
      const going = await removedByItself(scenario);
      there = (await scenario.objects())
        .filter((name) => !name.startsWith('poddisruptionbudget') && !going.includes(name))
        .sort();
      return JSON.stringify(there) === JSON.stringify(expected);
    },
    { timeout: 40_000, every: 500, hint: () => `there: ${there.join(' ')}\nexpected: ${expected.join(' ')}` },
  );
  // One that was told to go has its grace period.
  await until(
    'no watchdog runs',
    async () => {
      const words = ['-n', scenario.namespace, '-l', 'mldeploy/role=watchdog', '--field-selector=status.phase=Running'];
      return (await scenario.cluster.get<{ items: readonly unknown[] }>('pods', ...words)).items.length === 0;
    },
    { timeout: 20_000, every: 500 },
  );
}

/** A watchdog that came to its end is removed by Kubernetes minutes later (ttlSecondsAfterFinished), its account and rights with it. */
async function removedByItself(scenario: Scenario): Promise<readonly string[]> {
  const { items } = await scenario.cluster.get<{ readonly items: readonly WatchdogJob[] }>(
    'jobs',
    '-n',
    scenario.namespace,
  );
  const ended = items.filter(
    ({ spec, status }) => status.completionTime !== undefined && (spec.ttlSecondsAfterFinished ?? Infinity) <= 300,
  );
  if (ended.length === 0 || ended.length < items.length) return [];
  const account = ['serviceaccount/', 'role.rbac.authorization.k8s.io/', 'rolebinding.rbac.authorization.k8s.io/'];
  return [
    ...ended.map(({ metadata }) => `job.batch/${metadata.name}`),
    ...account.map((kind) => `${kind}mldeploy-fraud-watchdog`),
  ];
}

interface WatchdogJob {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly ttlSecondsAfterFinished?: number };
  readonly status: { readonly completionTime?: string };
}

/** Failed requests since `begun`, for people. */
export function lost(traffic: Traffic, begun: number): readonly string[] {
  return traffic
    .failures(begun)
    .map(
      ({ startedAt, status, error, revision }) =>
        `${new Date(startedAt).toISOString()} ${status} ${error ?? ''} ${revision ?? ''}`,
    );
}
