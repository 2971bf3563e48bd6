import { MlDeployError } from '../../../errors.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';

/** What the scheduler says, what it means, and what to do. First match counts for the hint. */
const reasons: readonly {
  readonly pattern: RegExp;
  readonly means: (found: RegExpExecArray) => string;
  readonly hint: string;
}[] = [
  {
    pattern: /(\d+) Insufficient nvidia\.com\/gpu/,
    means: ([, nodes]) => `${nodes ?? ''} node(s) have no free GPU (nvidia.com/gpu)`,
    hint: 'Free a GPU, add a GPU node, check that the device plugin runs, or set smoke.device to {prefer: gpu}.',
  },
  {
    pattern: /(\d+) Insufficient (?!nvidia\.com\/gpu)([\w./-]+)/,
    means: ([, nodes, what]) => `${nodes ?? ''} node(s) have too little free ${what ?? ''}`,
    hint: 'Ask for less in resources, free capacity, or add a node.',
  },
  {
    pattern: /(\d+) node\(s\) had untolerated taints? ?(\{[^}]*\})?/,
    means: ([, nodes, taint]) => `${nodes ?? ''} node(s) keep pods away with the taint ${taint ?? ''}`,
    hint: 'Add a matching entry to deploy.tolerations.',
  },
  {
    pattern: /(\d+) node\(s\) didn't match Pod's node affinity\/selector/,
    means: ([, nodes]) => `${nodes ?? ''} node(s) do not have the labels of deploy.nodeSelector`,
    hint: 'Correct deploy.nodeSelector or label a node.',
  },
  {
    pattern: /(\d+) node\(s\) were unschedulable/,
    means: ([, nodes]) => `${nodes ?? ''} node(s) are cordoned`,
    hint: 'Uncordon a node.',
  },
  { pattern: /no nodes available/, means: () => 'the cluster has no node', hint: 'Add a node.' },
];

/** Translates the scheduler's message into an error that says what is missing and what to do. */
export function explainUnschedulable(message: string, pod: KubeObject): MlDeployError {
  // Each kind of reason is named once; what is left after the first sentence is about preemption.
  const scheduler = message.split(/ preemption:/)[0] ?? message;
  const known = reasons.flatMap((reason) => {
    const found = reason.pattern.exec(scheduler);
    return found === null ? [] : [{ means: reason.means(found), hint: reason.hint }];
  });
  const meanings = known.map(({ means }) => means);
  return new MlDeployError({
    code: 'smoke/unschedulable',
    kind: 'infrastructure',
    message: `No node can take pod ${pod.metadata.name}: ${meanings.length === 0 ? scheduler : meanings.join('; ')}. The scheduler says: ${scheduler}`,
    hint: known[0]?.hint ?? 'Look at the nodes with kubectl describe nodes.',
  });
}
