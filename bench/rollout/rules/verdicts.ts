import type { BadCase, GoodCase } from './cases.ts';
import type { Tally } from './tally.ts';

/** Every rule's tally of a case. */
export interface Judged<C extends GoodCase> {
  readonly one: C;
  readonly tallies: readonly Tally[];
}

export interface Results {
  readonly good: readonly Judged<GoodCase>[];
  readonly bad: readonly Judged<BadCase>[];
}

/** Whether we are ahead of one peer in one figure. */
export interface Verdict {
  readonly peer: string;
  readonly figure: string;
  readonly ours: string;
  readonly theirs: string;
  readonly met: boolean;
  /** Cases in which we are behind, with both figures. */
  readonly behind: readonly string[];
}

/** Rules that roll back more of the good twin's releases than this, in percent, cannot be said to have found the bad one. */
export const toleratedFalse = 5;

/** True when a rule rolls the good twin of a bad case back as well. */
export function condemnsAll({ good }: Results, { twin }: BadCase, rule: string): boolean {
  const known = good.find(({ one }) => one.name === twin);
  if (known === undefined) throw new Error(`no good case ${twin}`);
  return tallyOf(known, rule).rolledBack.percent > toleratedFalse;
}

/** Us against one peer: ahead when no worse in the figure as a whole, and behind in no case. */
export function verdictsAgainst(results: Results, us: string, peer: string): readonly Verdict[] {
  const { good, bad } = results;
  const told = bad.filter(({ one }) => !condemnsAll(results, one, peer));
  return [
    shares('false rollbacks, mean', good, us, peer, ({ rolledBack }) => rolledBack),
    shares('bad ones promoted, mean', told, us, peer, ({ promoted }) => promoted),
    medians('minutes to rollback', told, us, peer, minutes, (value) => `${Number(value.toFixed(1))} min`),
    medians(
      'requests harmed',
      told,
      us,
      peer,
      ({ harmed }) => harmed.median,
      (value) => Math.round(value).toLocaleString('en'),
    ),
  ];
}

/** Mean share of the good releases that a rule promotes, percent. No verdict: what ml-deploy cannot prove it holds, which costs a person's time. */
export function goodPromoted({ good }: Results, rule: string): number {
  return good.reduce((sum, each) => sum + tallyOf(each, rule).promoted.percent, 0) / good.length;
}

/** Half of the bad releases at least have to be rolled back for a median to mean something. */
function minutes({ rolledBack, minutesToRollback }: Tally): number {
  return rolledBack.percent < 50 || minutesToRollback === null ? Infinity : minutesToRollback.median;
}

function shares(
  figure: string,
  judged: readonly Judged<GoodCase>[],
  us: string,
  peer: string,
  of: (tally: Tally) => Tally['held'],
): Verdict {
  const mean = (rule: string): number =>
    judged.reduce((sum, each) => sum + of(tallyOf(each, rule)).percent, 0) / judged.length;
  const behind = judged.flatMap((each) => {
    const [ours, theirs] = [of(tallyOf(each, us)), of(tallyOf(each, peer))];
    // Only a difference that the runs can show.
    if (ours.interval[0] <= theirs.interval[1]) return [];
    return [`${each.one.name}: ${percent(ours.percent)} against ${percent(theirs.percent)}`];
  });
  const [ours, theirs] = [mean(us), mean(peer)];
  return {
    peer,
    figure,
    ours: percent(ours),
    theirs: percent(theirs),
    met: ours <= theirs && behind.length === 0,
    behind,
  };
}

function medians(
  figure: string,
  judged: readonly Judged<BadCase>[],
  us: string,
  peer: string,
  of: (tally: Tally) => number,
  show: (value: number) => string,
): Verdict {
  const pairs = judged
    .map((each) => ({ name: each.one.name, ours: of(tallyOf(each, us)), theirs: of(tallyOf(each, peer)) }))
    // Neither rolls back: nothing to compare.
    .filter(({ ours, theirs }) => Number.isFinite(ours) || Number.isFinite(theirs));
  const shown = (value: number): string => (Number.isFinite(value) ? show(value) : 'not rolled back');
  const behind = pairs
    .filter(({ ours, theirs }) => ours > theirs)
    .map(({ name, ours, theirs }) => `${name}: ${shown(ours)} against ${shown(theirs)}`);
  const ratios = pairs
    .filter(({ ours, theirs }) => Number.isFinite(ours) && Number.isFinite(theirs) && ours > 0 && theirs > 0)
    .map(({ ours, theirs }) => theirs / ours);
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  const ahead = pairs.length - behind.length;
  return {
    peer,
    figure,
    ours: `no more in ${ahead} of ${pairs.length} cases`,
    theirs: ratios.length === 0 ? '-' : `${mean.toPrecision(2)} times ours (geometric mean of ${ratios.length})`,
    met: behind.length === 0,
    behind,
  };
}

/** The tally of one rule. */
export function tallyOf({ tallies, one }: Judged<GoodCase>, rule: string): Tally {
  const found = tallies.find((tally) => tally.rule === rule);
  if (found === undefined) throw new Error(`${one.name}: no rule ${rule}`);
  return found;
}

/** 0.05 %, 12 %, 0. */
export function percent(value: number): string {
  return value === 0 ? '0' : `${Number(value.toPrecision(value < 10 ? 2 : 3))} %`;
}
