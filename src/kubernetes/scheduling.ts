import { plural } from '../plural.ts';

/** What the scheduler says, what it means, and what to do. First match counts for the hint. */
const reasons: readonly {
  readonly pattern: RegExp;
  readonly means: (found: RegExpMatchArray) => string;
  readonly hint: string;
}[] = [
  {
    pattern: /(\d+) Insufficient (nvidia\.com\/mig-[\w.-]*\w)/g,
    means: ([, nodes, what = '']) => `${nodesHave(nodes)} no free MIG device of that profile (${what})`,
    hint: 'Free one, ask for another profile (resources.gpu.resource), or lay the GPUs out anew (nvidia.com/mig.config of the GPU operator).',
  },
  {
    pattern: /(\d+) Insufficient (nvidia\.com\/(?!mig-)[\w.-]*\w)/g,
    means: ([, nodes, what = '']) => `${nodesHave(nodes)} no free GPU (${what})`,
    hint: 'Free a GPU, add a GPU node, check that the device plugin runs, or set smoke.device to {prefer: gpu}.',
  },
  {
    pattern: /(\d+) Insufficient (?!nvidia\.com\/)([\w./-]*\w)/g,
    means: ([, nodes, what]) => `${nodesHave(nodes)} too little free ${what ?? ''}`,
    hint: 'Ask for less in resources, free capacity, or add a node.',
  },
  {
    pattern: /(\d+) node\(s\) had untolerated taints? ?(?:\(s\))?(\{[^}]*\})?/g,
    means: ([, nodes, taint]) =>
      `${nodesHave(nodes)} a taint that keeps pods away${taint === undefined ? '' : ` (${taint})`}`,
    hint: 'Add a matching entry to deploy.tolerations.',
  },
  {
    pattern: /(\d+) node\(s\) didn't match Pod's node affinity\/selector/g,
    means: ([, nodes]) => `${nodesHave(nodes)} other labels than deploy.nodeSelector asks for`,
    hint: 'Correct deploy.nodeSelector or label a node.',
  },
  {
    pattern: /(\d+) node\(s\) were unschedulable/g,
    means: ([, nodes]) => `${nodesHave(nodes)} been cordoned`,
    hint: 'Uncordon a node.',
  },
  { pattern: /no nodes available/g, means: () => 'the cluster has no node', hint: 'Add a node.' },
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
  // What comes after the reasons is about preemption and resource claims.
  const [first = ''] = message.split(/ (?:no new claims to deallocate|preemption:)/);
  const scheduler = first.replace(/[.,;\s]+$/, '');
  const known = reasons.flatMap((reason) => {
    return [...scheduler.matchAll(reason.pattern)].map((found) => ({ means: reason.means(found), hint: reason.hint }));
  });
  const meanings = known.map(({ means }) => means).join('; ');
  return {
    text: meanings === '' ? `the scheduler says: ${scheduler}` : `${meanings} (the scheduler says: ${scheduler})`,
    hint: known[0]?.hint ?? 'Look at the nodes with kubectl describe nodes.',
  };
}
