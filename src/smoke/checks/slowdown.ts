import { setTimeout as delay } from 'node:timers/promises';
import { incomparable } from '../../pipeline/speed-record.ts';
import { plural } from '../../plural.ts';
import { type ComparedFigure, compareSpeed } from '../slower.ts';
import { type Check, failed, passed, rightAsks, shorten, skipped, type Trial } from './check.ts';
import { measureSpeed } from './measure-speed.ts';

/** A machine that is busy for a while is no slow server: who seems slower is measured again after such pauses, milliseconds. */
const pausesMs = [2_000, 8_000];
/** No further measurement begins after so long, milliseconds: a spell is over by then. */
const patienceMs = 120_000;

/** Against the recorded figures of the revision that serves now. */
export const slowdown: Check = {
  id: 'slowdown',
  title: 'As fast as the stable revision',
  run: async (trial) => {
    const { config, facts, measured, runtime, recordedSpeed } = trial;
    const { latencyMs, seen } = measured;
    const { load, throughput = null } = seen;
    if (latencyMs === null || load === undefined) return skipped('Nothing was measured.');
    const recorded = await recordedSpeed();
    if (recorded.record === null) return skipped(recorded.reason);
    const { title, record } = recorded;
    const other = incomparable({ runtime, hardware: facts.hardware, load, latencyMs, throughput }, record);
    if (other !== null) return skipped(`The figures of ${title} do not compare: they were measured ${other}.`);
    const { maxSlowdown } = config.smoke;
    const compared = (): Figures => ({
      now: compareSpeed(speedNow(trial), record, maxSlowdown ?? 0),
      since:
        record.fastest === undefined ? [] : slowerOf(compareSpeed(speedNow(trial), record.fastest, maxSlowdown ?? 0)),
    });
    const first = compared();
    const { now, since, measurements } = await confirmed(trial, first, compared);
    const slower = slowerOf(now);
    const { image, at, fastest } = record;
    measured.seen = {
      ...measured.seen,
      comparedWith: {
        ...{ title, image, at, latencyMs: record.latencyMs, throughput: record.throughput },
        slower: slower.map(({ name }) => name),
        ...(fastest === undefined ? {} : { fastest: { ...fastest, slower: since.map(({ name }) => name) } }),
      },
    };
    measured.details.push(
      `compared with ${title}: ${now.map((figure) => `${figure.name} ${figure.now}, was ${figure.before}`).join('; ')}`,
    );
    // Told, and no failure: a step that was accepted would fail every release after it.
    const drift =
      fastest === undefined || since.length === 0
        ? ''
        : ` Step by step it has become slower than the fastest release before, ${fastest.image} of ${fastest.at.slice(0, 10)}: ${worseText(since)}.`;
    if (maxSlowdown === null) return passed(`Compared with ${title}; no limit is set.${drift}`);
    const percent = `${Math.round(maxSlowdown * 100)} %`;
    const limit = `at most ${percent} slower than ${title} (smoke.maxSlowdown), chance left aside`;
    if (slower.length > 0) {
      const times = measurements === 1 ? '' : `, in each of ${plural(measurements, 'measurement')}`;
      return failed(`Slower than ${title}${times}: ${worseText(slower)}.${drift}`, limit);
    }
    const spell =
      measurements === 1
        ? ''
        : ` It was measured ${measurements} times, since it seemed slower at first (${worseText(slowerOf(first.now))}): most likely the machine was busy.`;
    return passed(`Not slower than ${title} beyond chance and ${percent}.${spell}${drift}`, limit);
  },
};

interface Figures {
  readonly now: readonly ComparedFigure[];
  /** Those that are slower than the fastest release before. */
  readonly since: readonly ComparedFigure[];
}

/**
 * Measures again what seems slower than is allowed; the last figures count, and are slower only when they were so each time. A server that
 * no longer answers is left to the check of that.
 */
async function confirmed(
  trial: Trial,
  first: Figures,
  compared: () => Figures,
): Promise<Figures & { readonly measurements: number }> {
  const { config, measured, signal, task } = trial;
  const began = performance.now();
  let [last, measurements] = [first, 1];
  for (const pauseMs of config.smoke.maxSlowdown === null ? [] : pausesMs) {
    if (slowerOf(last.now).length === 0 || performance.now() - began > patienceMs) break;
    task.update('it seems slower, and is measured again');
    await delay(pauseMs, undefined, { signal });
    const { latencyMs, firstTokenMs, seen } = measured;
    const { answers } = await measureSpeed(trial, rightAsks(trial));
    if (answers.problems.length > 0) {
      Object.assign(measured, { latencyMs, firstTokenMs, seen });
      measured.details.push(`measured again, since it seemed slower: requests failed: ${shorten(answers.problems)}`);
      break;
    }
    measurements++;
    const before = new Set(slowerOf(last.now).map(({ name }) => name));
    const { now, since } = compared();
    last = { now: now.map((figure) => ({ ...figure, slower: figure.slower && before.has(figure.name) })), since };
  }
  return { ...last, measurements };
}

function speedNow({ measured: { latencyMs, seen } }: Trial): Parameters<typeof compareSpeed>[0] {
  if (latencyMs === null) throw new Error('somebody measured');
  return { latencyMs, throughput: seen.throughput ?? null };
}

function slowerOf(figures: readonly ComparedFigure[]): readonly ComparedFigure[] {
  return figures.filter(({ slower }) => slower);
}

function worseText(figures: readonly ComparedFigure[]): string {
  return figures.map(({ name, now, before }) => `${name} is ${now} and was ${before}`).join('; ');
}
