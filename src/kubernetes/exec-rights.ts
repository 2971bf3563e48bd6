import type { KubeApi } from './api.ts';

/** WebSockets are opened with GET; from Kubernetes 1.35 on the verb of the older way is asked for besides. */
const verbs = ['get', 'create'] as const;

/** What an account needs to run programs in pods, as a rule of a Role. */
export const execRule = `{apiGroups: [""], resources: [pods/exec], verbs: [${verbs.join(', ')}]}`;

/** As a sentence. */
export function execNotAllowed(namespace: string): string {
  return `Not allowed to ${verbs.join(' and ')} pods/exec in namespace ${namespace}.`;
}

/** What to do about it. */
export const execHint = `Give the account a Role with the rule ${execRule}: tekton/rbac/smoke.yaml has it.`;

/**
 * Whether the account may run programs in the pods of a namespace.
 * @param api of the cluster
 * @param namespace of the pods
 * @returns `yes` for every version of Kubernetes; `older`: up to 1.34 only
 */
export async function mayExec(api: Pick<KubeApi, 'may'>, namespace: string): Promise<'yes' | 'older' | 'no'> {
  const resource = { group: '', plural: 'pods', subresource: 'exec' };
  const [get, create] = await Promise.all(verbs.map((verb) => api.may(verb, resource, namespace)));
  if (get !== true) return 'no';
  return create === true ? 'yes' : 'older';
}
