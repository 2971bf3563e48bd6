import type { KubeObject } from '../api.ts';
import { modelLabels } from './labels.ts';

export interface WatchdogFacts {
  readonly model: string;
  readonly namespace: string;
  readonly epoch: number;
  /** The engine image, by digest. */
  readonly image: string;
  readonly imagePullSecrets: readonly string[];
  readonly leaseMs: number;
  /** The Job is ended after this, whatever happens; beyond the longest possible rollout. */
  readonly deadlineMs: number;
  /** The state object: when somebody deletes it, the watchdog goes too. */
  readonly owner: { readonly name: string; readonly uid: string };
}

/** One line of the watchdog's Role: what it may do, with objects that are named wherever that is possible. */
export interface NamedRule {
  readonly group: string;
  readonly plural: string;
  /** None: objects that do not exist yet, which cannot be named. */
  readonly names: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * Name shared by the watchdog's ServiceAccount, Role and RoleBinding.
 */
export function watchdogAccount(model: string): string {
  return `mldeploy-${model}-watchdog`;
}

/**
 * The watchdog Job, created suspended: its account and rights are owned by it and come before its pod.
 */
export function watchdogJob(facts: WatchdogFacts): KubeObject {
  const labels = { ...modelLabels(facts.model), 'mldeploy/role': 'watchdog' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `mldeploy-${facts.model}-watchdog-${facts.epoch}`,
      namespace: facts.namespace,
      labels,
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', ...facts.owner }],
    },
    spec: {
      suspend: true,
      // Only its deadline ends it: nodes may fail as often as they like, and a second pod beside a lost one is harmless (fencing).
      backoffLimit: 1000,
      // On a lost node a pod stays Terminating for ever; `Failed`, which a podFailurePolicy enforces, would wait for its end.
      podReplacementPolicy: 'TerminatingOrFailed',
      activeDeadlineSeconds: Math.ceil(facts.deadlineMs / 1000),
      ttlSecondsAfterFinished: 300,
      template: {
        // Not the label `app`: no Service of the model may ever select the watchdog.
        metadata: { labels: { 'mldeploy/role': 'watchdog', 'mldeploy/watches': facts.model } },
        spec: watchdogPod(facts),
      },
    },
  };
}

function watchdogPod(facts: WatchdogFacts): Record<string, unknown> {
  const flags = { model: facts.model, namespace: facts.namespace, epoch: facts.epoch, lease: `${facts.leaseMs}ms` };
  return {
    restartPolicy: 'Never',
    serviceAccountName: watchdogAccount(facts.model),
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    tolerations: ['unreachable', 'not-ready'].map((state) => ({
      key: `node.kubernetes.io/${state}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 5,
    })),
    ...(facts.imagePullSecrets.length === 0
      ? {}
      : { imagePullSecrets: facts.imagePullSecrets.map((name) => ({ name })) }),
    containers: [
      {
        name: 'watchdog',
        image: facts.image,
        imagePullPolicy: 'IfNotPresent',
        args: ['watchdog', ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)])],
        env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=48' }],
        resources: { requests: { cpu: '10m', memory: '64Mi' }, limits: { memory: '128Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    ],
  };
}

/**
 * ServiceAccount, Role and RoleBinding of the watchdog, owned by its Job so that they go with it.
 */
export function watchdogAccess(
  model: string,
  namespace: string,
  rules: readonly NamedRule[],
  job: { readonly name: string; readonly uid: string },
): { readonly account: KubeObject; readonly role: KubeObject; readonly binding: KubeObject } {
  const name = watchdogAccount(model);
  const metadata = {
    name,
    namespace,
    labels: modelLabels(model),
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', ...job }],
  };
  return {
    account: { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    role: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata,
      rules: rules.map((rule) => ({
        apiGroups: [rule.group],
        resources: [rule.plural],
        ...(rule.names.length === 0 ? {} : { resourceNames: rule.names }),
        verbs: rule.verbs,
      })),
    },
    binding: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  };
}
