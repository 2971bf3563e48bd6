import type { Edge, Outcome } from '../../server/protocols/protocol.ts';
import { type Check, failedFor, passed, put, refusalsOf, rightAsks, shorten, skipped, type Trial } from './check.ts';

/** Boundary values, other sizes, no rows: answered or refused, and the server goes on. */
export const edges: Check = {
  id: 'edges',
  title: 'Lives through boundary values, other sizes and no rows',
  run: async (trial) => {
    const { discovery } = trial;
    if (discovery.edges.length === 0) return skipped('No request with an edge is known.');
    const problems: string[] = [];
    const noted: string[] = [];
    for (const edge of discovery.edges) {
      const outcome = await put(trial, edge.ask);
      const wrong = wrongWith(edge, outcome, trial);
      problems.push(...wrong.map((problem) => `${edge.ask.name}: ${problem}`));
      if (outcome.kind === 'none') break;
      if (wrong.length === 0 && outcome.status >= 500) noted.push(`${edge.ask.name} (${outcome.status})`);
    }
    const [probe] = rightAsks(trial);
    if (problems.length === 0 && probe !== undefined) {
      const after = discovery.judge(probe, await put(trial, probe));
      if (after.some((text) => text.startsWith('no answer'))) problems.push('afterwards it no longer answers');
    }
    if (problems.length > 0) return failedFor(problems);
    const names = [...new Set(discovery.edges.map(({ ask }) => ask.name))].join(', ');
    const how =
      noted.length === 0 ? '' : ` The model fails at some of them, which is its own affair: ${shorten(noted)}.`;
    return passed(`${names}: answered or refused.${how}`);
  },
};

function wrongWith({ ask, must }: Edge, outcome: Outcome, trial: Trial): readonly string[] {
  const { discovery } = trial;
  if (outcome.kind === 'none') return discovery.judge(ask, outcome);
  const { status } = outcome;
  if (must === 'answer') return discovery.judge(ask, outcome);
  if (must === 'survive' || (status >= 400 && status < 500)) return [];
  if (status >= 500) {
    return refusalsOf(trial) === '4xx or 5xx' ? [] : [`answered ${status}, neither with an answer nor with 4xx`];
  }
  return discovery.judge(ask, outcome);
}
