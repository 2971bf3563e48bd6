import { plural } from '../plural.ts';

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

/** Why no node takes a pod, in a phrase without a full stop, and what to do. */
export interface SchedulingProblem {
  readonly text: string;
  readonly hint: string;
}

/** Translates the scheduler's message (condition PodScheduled of a pod). */
export function schedulingProblem(message: string): SchedulingProblem {
  // Each kind of reason is named once; what comes after them is about preemption and resource claims.
  const [first = ''] = message.split(/ (?:no new claims to deallocate|preemption:)/);
  const scheduler = first.replace(/[.,;\s]+$/, '');
  const known = reasons.flatMap((reason) => {
    const found = reason.pattern.exec(scheduler);
    return found === null ? [] : [{ means: reason.means(found), hint: reason.hint }];
  });
  const meanings = known.map(({ means }) => means).join('; ');
  return {
    text: meanings === '' ? `the scheduler says: ${scheduler}` : `${meanings} (the scheduler says: ${scheduler})`,
    hint: known[0]?.hint ?? 'Look at the nodes with kubectl describe nodes.',
  };
}
