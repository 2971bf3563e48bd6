import { expect, test } from 'vitest';
import { statusText } from '../../src/cli/status-text.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import { plan } from '../../src/rollout/commands/plan.ts';
import { promote, resume } from '../../src/rollout/commands/resume.ts';
import { rollback } from '../../src/rollout/commands/rollback.ts';
import { status } from '../../src/rollout/commands/status.ts';
import { requireNamespace } from '../../src/rollout/namespace.ts';
import { checkRollout } from '../../src/rollout/preflight.ts';
import type { RolloutState } from '../../src/rollout/state.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import type { RevisionOf } from './memory-cluster.ts';
import { accessTo, contextFor, project } from './project.ts';

const config = project({ namespace: 'ml' });
const newer = { image: `registry.test/fraud@sha256:${'b'.repeat(64)}`, modelDigest: null };
const context = contextFor(config, accessTo({ kubeconfigPath: '/nowhere' }), newer.image);

const until = '2999-01-01T00:00:00Z';
const held = (revision: RevisionOf): Partial<RolloutState> => ({
  phase: 'held',
  candidate: revision('r2'),
  hold: { reason: 'Step 1 passed and waits for approval.', step: 0, until },
  step: 0,
  steps: config.rollout.steps,
  reasons: ['Step 1 passed and waits for approval.', 'errors: fine.'],
});

test('a hold that waits stops a deploy before anything is built; one that has run out does not', async () => {
  const waiting = await memoryCluster(config, held);
  await expect(checkRollout(context, kubeApi(waiting))).rejects.toMatchObject({ code: 'rollout/held', kind: 'usage' });
  const over = await memoryCluster(config, (revision) => ({
    ...held(revision),
    hold: { reason: 'approval', step: 0, until: '2001-01-01T00:00:00Z' },
  }));
  await checkRollout(context, kubeApi(over));
  expect([...waiting.writes, ...over.writes]).toEqual([]);
});

test('an engine that is alive stops a deploy before anything is built', async () => {
  const transport = await memoryCluster(config, (revision) => ({ phase: 'running', candidate: revision('r2') }));
  let beats = 0;
  const answer = transport.intercept;
  transport.intercept = (request, store) => {
    if (!request.path.includes('/leases/')) return answer?.(request, store);
    beats += 1;
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'mldeploy-fraud', namespace: 'ml', resourceVersion: String(beats) },
      spec: { holderIdentity: 'ci-7', renewTime: String(beats) },
    };
    return { status: 200, body: JSON.stringify(lease), headers: {} };
  };
  await expect(checkRollout(context, kubeApi(transport))).rejects.toMatchObject({ code: 'rollout/busy' });
});

test.each([
  [
    'held',
    held,
    [
      `r2 is held until ${until}: Step 1 passed`,
      '`ml-deploy promote` accepts step 1 and goes on',
      'until then `deploy` and `rollout` refuse',
    ],
  ],
  [
    'running',
    (revision: RevisionOf) => ({ phase: 'running' as const, candidate: revision('r2') }),
    ['r2 is being rolled out by another engine', 'refuse while that engine is alive'],
  ],
  [
    'abandoned',
    (revision: RevisionOf) => ({ phase: 'abandoned' as const, candidate: revision('r2') }),
    ['The rollout of r2 was abandoned', 'start anew', '`ml-deploy resume` goes on with r2'],
  ],
])('plan says that a rollout is %s, and what deploy makes of it', async (phase, change, said) => {
  const transport = await memoryCluster(config, change);
  const report = await plan(config, newer, kubeApi(transport), { environment: {}, root: '' });
  for (const part of said) expect(report.text).toContain(part);
  expect(report.unfinished).toMatchObject({ phase, candidate: 'r2' });
  const text = statusText(await status(ref, kubeApi(transport)));
  expect(text).toContain(`the rollout of r2 is ${phase}, r1 is stable`);
});

test('plan without an open rollout says nothing of one', async () => {
  const report = await plan(config, newer, kubeApi(await memoryCluster(config, () => ({}))), {
    environment: {},
    root: '',
  });
  expect(report.unfinished).toBeNull();
  expect(report.text).not.toContain('now ');
});

test.each([
  ['promote', promote],
  ['resume', resume],
])('%s when nothing is open says what serves and how the last rollout ended', async (name, command) => {
  const at = '2026-11-22T12:00:00.000Z';
  const transport = await memoryCluster(config, (revision) => ({
    history: [{ at, revision: 'r2', image: revision('r2').image, ended: 'rolled back', reason: 'errors: too many.' }],
  }));
  await expect(command(context, kubeApi(transport))).rejects.toMatchObject({
    code: 'rollout/nothing-to-resume',
    message: `nothing to ${name}: r1 already serves all traffic of fraud in namespace ml, and no rollout is unfinished. The last one: r2 was rolled back at ${at}: errors: too many.`,
  });
});

test('status says everything once', async () => {
  const text = statusText(await status(ref, kubeApi(await memoryCluster(config, held))));
  expect(text.split('Step 1 passed and waits for approval.')).toHaveLength(2);
  expect(text).toContain('  why       errors: fine.');
  expect(text).toContain('  next      `ml-deploy promote` accepts step 1');
});

test('a namespace that does not exist is an error, not an empty one', async () => {
  const transport = await memoryCluster(config, () => ({}));
  const api = kubeApi(transport);
  await requireNamespace(api, 'ml');
  const missing = { code: 'rollout/no-namespace', kind: 'usage' };
  await expect(requireNamespace(api, 'mll')).rejects.toMatchObject(missing);
  const elsewhere = project({ namespace: 'mll' });
  await expect(plan(elsewhere, newer, api, { environment: {}, root: '' })).rejects.toMatchObject(missing);
  await expect(checkRollout({ ...context, config: elsewhere }, api)).rejects.toMatchObject(missing);
  // An account that may not look is not stopped: it may still have rights inside.
  transport.intercept = ({ path }) =>
    path.endsWith('/namespaces/mll') ? { status: 403, body: '{}', headers: {} } : undefined;
  await requireNamespace(api, 'mll');
});

test('a rollback that finds nothing says whether the model is known at all', async () => {
  const api = kubeApi(await memoryCluster(config, () => ({})));
  const idle = await rollback(ref, api, silentReporter);
  expect(idle).toEqual({
    changed: false,
    stable: 'r1',
    summary: 'There is no unfinished rollout of fraud in namespace ml; nothing to do.',
  });
  const unknown = await rollback({ ...ref, model: 'fruad' }, api, silentReporter);
  expect(unknown.summary).toBe('ml-deploy knows no model fruad in namespace ml; nothing to do.');
});

test('a wrong name is shown beside the models that are there', async () => {
  const api = kubeApi(await memoryCluster(config, () => ({})));
  const text = statusText(await status({ ...ref, model: 'fruad' }, api));
  expect(text).toBe(
    'fruad in namespace ml: not deployed by ml-deploy\n  others    ml-deploy has fraud in this namespace\n',
  );
});
