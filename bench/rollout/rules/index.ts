import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badCases, goodCases } from './cases.ts';
import type { GoodCase } from './cases.ts';
import { argoRollouts, argoRolloutsCandidate, argoRolloutsTuned } from './members/argo-rollouts.ts';
import { flagger } from './members/flagger.ts';
import { mlDeploy } from './members/ml-deploy.ts';
import type { Rule } from './rule.ts';
import { report, verdictLines } from './table.ts';
import { tally } from './tally.ts';
import { goodPromoted, percent, verdictsAgainst } from './verdicts.ts';
import type { Judged } from './verdicts.ts';

const peers: readonly Rule[] = [argoRollouts, argoRolloutsCandidate, argoRolloutsTuned, flagger];
const rules: readonly Rule[] = [mlDeploy, ...peers];

/** Of each case: a share is then known to 2.2 points at most. */
const runs = 2000;

/**
 * Replays the same seeded traces through the decision rules of ml-deploy, Argo Rollouts and Flagger, each with its own schedule of weights.
 * @returns whether we are ahead of every peer in every figure
 */
export async function run(): Promise<boolean> {
  const judge = <C extends GoodCase>(one: C): Judged<C> => ({ one, tallies: tally(rules, one, runs) });
  const results = { good: goodCases.map(judge), bad: badCases.map(judge) };
  const verdicts = peers.flatMap(({ name }) => verdictsAgainst(results, mlDeploy.name, name));
  const folder = join(import.meta.dirname, '../results');
  await mkdir(folder, { recursive: true });
  const saved = {
    runs,
    rules: rules.map(({ name, settings }) => ({ name, settings })),
    good: results.good.flatMap(({ one, tallies }) => tallies.map((each) => ({ case: one.name, ...each }))),
    bad: results.bad.flatMap(({ one, tallies }) =>
      tallies.map((each) => ({ case: one.name, twin: one.twin, ...each })),
    ),
    verdicts,
  };
  await writeFile(join(folder, 'rules.json'), inLines(saved));
  for (const { name, settings } of rules) console.log(`  ${name}: ${settings}`);
  for (const line of [...report(results, runs), '', ...verdictLines(verdicts)]) console.log(line);
  const promoted = rules.map(({ name }) => `${name} ${percent(goodPromoted(results, name))}`);
  console.log(`good ones promoted without a person, mean: ${promoted.join(', ')}`);
  return verdicts.every(({ met }) => met);
}

/** JSON with one line for each element of a list. */
function inLines(saved: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(saved).map(([key, value]) => {
    const list = Array.isArray(value) ? value.map((each) => JSON.stringify(each)) : null;
    return `${JSON.stringify(key)}: ${list === null ? JSON.stringify(value) : `[\n${list.join(',\n')}\n]`}`;
  });
  return `{\n${entries.join(',\n')}\n}\n`;
}
