import { MlDeployError } from '../../../errors.ts';
import type { KubeObject } from '../../../kubernetes/api.ts';
import { plural } from '../../../plural.ts';

/** What the scheduler says, what it means, and what to do. First match counts for the hint. */
const reasons: readonly {
  readonly pattern: RegExp;
  readonly means: (found: RegExpExecArray) => string;
  readonly hint: string;
}[] = [
  {
    pattern: /(\d+) Insufficient nvidia\.com\/gpu/,
    means: ([, nodes]) => `${nodesHave(nodes)} no free GPU (nvidia.com/gpu)`,
    hint: 'Free a GPU, add a GPU node, check that the device plugin runs, or set smoke.device to {prefer: gpu}.',
  },
  {
    pattern: /(\d+) Insufficient (?!nvidia\.com\/gpu)([\w./-]+)/,
    means: ([, nodes, what]) => `${nodesHave(nodes)} too little free ${what ?? ''}`,
    hint: 'Ask for less in resources, free capacity, or add a node.',
  },
  {
    pattern: /(\d+) node\(s\) had untolerated taints? ?(\{[^}]*\})?/,
    means: ([, nodes, taint]) =>
      `${nodesHave(nodes)} a taint that keeps pods away${taint === undefined ? '' : ` (${taint})`}`,
    hint: 'Add a matching entry to deploy.tolerations.',
  },
  {
    pattern: /(\d+) node\(s\) didn't match Pod's node affinity\/selector/,
    means: ([, nodes]) => `${nodesHave(nodes)} other labels than deploy.nodeSelector asks for`,
    hint: 'Correct deploy.nodeSelector or label a node.',
  },
  {
    pattern: /(\d+) node\(s\) were unschedulable/,
    means: ([, nodes]) => `${nodesHave(nodes)} been cordoned`,
    hint: 'Uncordon a node.',
  },
  { pattern: /no nodes available/, means: () => 'the cluster has no node', hint: 'Add a node.' },
];

function nodesHave(count: string | undefined): string {
  return `${plural(Number(count ?? 0), 'node')} ${count === '1' ? 'has' : 'have'}`;
}

/** Translates the scheduler's message into an error that says what is missing and what to do. */
export function explainUnschedulable(message: string, pod: KubeObject): MlDeployError {
  // Each kind of reason is named once; what comes after them is about preemption and resource claims.
  const scheduler = (message.split(/ (?:no new claims to deallocate|preemption:)/)[0] ?? message).replace(
    /[.,;\s]+$/,
    '',
  );
  const known = reasons.flatMap((reason) => {
    const found = reason.pattern.exec(scheduler);
    return found === null ? [] : [{ means: reason.means(found), hint: reason.hint }];
  });
  const meanings = known.map(({ means }) => means);
  return new MlDeployError({
    code: 'smoke/unschedulable',
    kind: 'infrastructure',
    message: `No node can take pod ${pod.metadata.name}: ${meanings.length === 0 ? `the scheduler says: ${scheduler}` : `${meanings.join('; ')} (the scheduler says: ${scheduler})`}.`,
    hint: known[0]?.hint ?? 'Look at the nodes with kubectl describe nodes.',
  });
}
