import { incomparable } from '../../pipeline/speed-record.ts';
import { type ComparedFigure, compareSpeed } from '../slower.ts';
import { type Check, failed, passed, skipped } from './check.ts';

/** Against the recorded figures of the revision that serves now. */
export const slowdown: Check = {
  id: 'slowdown',
  title: 'As fast as the stable revision',
  run: async ({ config, facts, measured, runtime, recordedSpeed }) => {
    const { latencyMs, seen } = measured;
    const { load, throughput = null } = seen;
    if (latencyMs === null || load === undefined) return skipped('Nothing was measured.');
    const recorded = await recordedSpeed();
    if (recorded.record === null) return skipped(recorded.reason);
    const { title, record } = recorded;
    const other = incomparable({ runtime, hardware: facts.hardware, load, latencyMs, throughput }, record);
    if (other !== null) return skipped(`The figures of ${title} do not compare: they were measured ${other}.`);
    const { maxSlowdown } = config.smoke;
    const figures = compareSpeed({ latencyMs, throughput }, record, maxSlowdown ?? 0);
    const slower = figures.filter((figure) => figure.slower);
    const { image, at, fastest } = record;
    const drifted =
      fastest === undefined
        ? []
        : compareSpeed({ latencyMs, throughput }, fastest, maxSlowdown ?? 0).filter((figure) => figure.slower);
    measured.seen = {
      ...measured.seen,
      comparedWith: {
        ...{ title, image, at, latencyMs: record.latencyMs, throughput: record.throughput },
        slower: slower.map(({ name }) => name),
        ...(fastest === undefined ? {} : { fastest: { ...fastest, slower: drifted.map(({ name }) => name) } }),
      },
    };
    const lines = figures.map(({ name, now, before }) => `${name} ${now}, was ${before}`);
    measured.details.push(`compared with ${title}: ${lines.join('; ')}`);
    // Told, and no failure: a step that was accepted would fail every release after it.
    const drift =
      fastest === undefined || drifted.length === 0
        ? ''
        : ` Step by step it has become slower than the fastest release before, ${fastest.image} of ${fastest.at.slice(0, 10)}: ${worseText(drifted)}.`;
    if (maxSlowdown === null) return passed(`Compared with ${title}; no limit is set.${drift}`);
    const percent = `${Math.round(maxSlowdown * 100)} %`;
    const limit = `at most ${percent} slower than ${title} (smoke.maxSlowdown), chance left aside`;
    if (slower.length === 0) return passed(`Not slower than ${title} beyond chance and ${percent}.${drift}`, limit);
    return failed(`Slower than ${title}: ${worseText(slower)}.${drift}`, limit);
  },
};

function worseText(figures: readonly ComparedFigure[]): string {
  return figures.map(({ name, now, before }) => `${name} is ${now} and was ${before}`).join('; ');
}
