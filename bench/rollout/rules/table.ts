import type { GoodCase } from './cases.ts';
import type { Tally } from './tally.ts';
import { condemnsAll, percent } from './verdicts.ts';
import type { Judged, Results, Verdict } from './verdicts.ts';

/** Everything that was found, as lines for a terminal. */
export function report(results: Results, runs: number): readonly string[] {
  const { good, bad } = results;
  const starred = (rule: string, name: string): string => {
    const judged = bad.find(({ one }) => one.name === name);
    return judged !== undefined && condemnsAll(results, judged.one, rule) ? ' *' : '';
  };
  return [
    `The same ${runs.toLocaleString('en')} traces a case for every rule; each share is known to +-2.2 points at most (95 %).`,
    '',
    'good version: false rollbacks',
    ...table(good, ({ rolledBack }) => percent(rolledBack.percent)),
    '',
    'good version: promoted (median minutes); what is missing was rolled back or, by ml-deploy, held for a person',
    ...table(good, ({ promoted, minutesToPromotion }) => withMedian(promoted.percent, minutesToPromotion)),
    '',
    'bad version: rolled back (median minutes from the first request)',
    ...table(bad, ({ rule, rolledBack, minutesToRollback }, name) =>
      withMedian(rolledBack.percent, minutesToRollback, starred(rule, name)),
    ),
    '',
    'bad version: promoted; what is missing was held for a person',
    ...table(bad, ({ promoted }) => percent(promoted.percent)),
    '',
    'bad version: requests harmed in two hours, median',
    ...table(bad, ({ rule, harmed }, name) => Math.round(harmed.median).toLocaleString('en') + starred(rule, name)),
    '  * rolls more than 5 % of the good versions with the same traffic back as well: not compared below',
  ];
}

/** One line a verdict, and one for each case in which we are behind. */
export function verdictLines(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.flatMap(({ peer, figure, ours, theirs, met, behind }) => [
    `${peer}, ${figure}: ${ours} against ${theirs}  ${met ? 'met' : 'NOT MET'}`,
    ...behind.map((line) => `    behind at ${line}`),
  ]);
}

function withMedian(share: number, minutes: Tally['minutesToRollback'], mark = ''): string {
  return (minutes === null ? percent(share) : `${percent(share)} (${Number(minutes.median.toFixed(1))})`) + mark;
}

function table(judged: readonly Judged<GoodCase>[], cell: (tally: Tally, name: string) => string): string[] {
  const rules = judged[0]?.tallies.map(({ rule }) => rule) ?? [];
  const rows = judged.map(({ one, tallies }) => [one.name, ...tallies.map((tally) => cell(tally, one.name))]);
  const all = [['', ...rules], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => `  ${row.map((text, column) => text.padEnd((widths[column] ?? 0) + 3)).join('')}`.trimEnd());
}
