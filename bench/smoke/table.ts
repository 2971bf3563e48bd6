import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { TimeQuantiles } from '../../src/pipeline/evidence.ts';
import { hey, ours, wrk } from './clients.ts';
import { overlaps, overTurns, quantileNames } from './turns.ts';

/** What `bench/smoke/results/latest.json` says. */
export interface Measured {
  readonly turns: number;
  readonly requests: number;
  readonly results: readonly {
    readonly target: string;
    readonly concurrency: number;
    readonly runs: Readonly<Record<string, readonly TimeQuantiles[]>>;
  }[];
}

/**
 * The table of docs/comparison.md: every server, number of requests at a time and quantile that was measured, and nothing rounded in anybody's favour.
 * @param measured the figures
 * @returns Markdown
 */
export function comparisonTable({ turns, results }: Measured): string {
  const heading = ['milliseconds', '', 'ml-deploy', 'hey', 'wrk', `hey, of ${turns}`, `wrk, of ${turns}`];
  const rows = results.flatMap(({ target, concurrency, runs }) =>
    quantileNames.map((name, index) => {
      const of = (id: string): readonly TimeQuantiles[] => runs[id] ?? [];
      const cell = ({ id, resolutionMs }: typeof ours): string => {
        const { low, high, median } = overTurns(of(id), name);
        const told = (value: number): string => value.toFixed(resolutionMs >= 0.1 ? 1 : 2);
        return `${told(median)} (${told(low)} to ${told(high)})`;
      };
      const met = ({ id, resolutionMs }: typeof ours): string =>
        String(overlaps(of(ours.id), of(id), name, (ours.resolutionMs + resolutionMs) / 2));
      const server = index === 0 ? `${target}, ${concurrency} at a time` : '';
      return [server, name, cell(ours), cell(hey), cell(wrk), met(hey), met(wrk)];
    }),
  );
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heading), `|${heading.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** The first table after the line that names the command. */
const place = /(`node bench\/main\.ts smoke`[^|]*)((?:\|.*\n)+)/;

/** The page with the table of these figures in the place of its own; throws when it has none. */
export function withTable(page: string, measured: Measured): string {
  if (!place.test(page)) throw new Error('docs/comparison.md has no table after `node bench/main.ts smoke`');
  return page.replace(place, (_, before: string) => `${before}${comparisonTable(measured)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = fileURLToPath(new URL('../../docs/comparison.md', import.meta.url));
  const latest = new URL('results/latest.json', import.meta.url);
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), JSON.parse(readFileSync(latest, 'utf8')) as Measured));
}
