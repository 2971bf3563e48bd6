import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureCluster } from '../../test/cluster/cluster.ts';
import { until } from '../../test/cluster/poll.ts';
import { modelServerImage } from '../../test/cluster/server-image/build.ts';
import { Traffic } from '../../test/cluster/traffic.ts';
import type { TrafficResult } from '../../test/cluster/traffic.ts';
import { census } from './census.ts';
import type { Contender, Ground, Outcome, Version } from './contender.ts';
import { argoRollouts } from './contenders/argo-rollouts.ts';
import { flagger } from './contenders/flagger.ts';
import { mlDeploy } from './contenders/ml-deploy.ts';

const contenders: readonly Contender[] = [
  mlDeploy('gateway', '[10%, 50%]'),
  mlDeploy('replicas', '[20%, 50%]'),
  argoRollouts,
  flagger,
];

/** Requests per second to each contender, all at the same time. */
const rate = 10;
const stable: Version = { name: 'stable', errorRate: 0.002 };
const good: Version = { name: 'good', errorRate: 0.002 };
const bad: Version = { name: 'bad', errorRate: 0.1 };
/** The good release says how many pods it takes, not how long: the peers wait a tenth of what they document. */
const haste = 10;

interface Figures {
  readonly contender: string;
  readonly settings: string;
  readonly good: { readonly outcome: Outcome; readonly loads: number; readonly peak: number; readonly lost: number };
  readonly bad: {
    readonly outcome: Outcome;
    readonly seconds: number;
    readonly harmed: number;
    readonly exposed: number;
  };
}

/**
 * Every contender (or those whose names begin as BENCH_ONLY says, separated by commas) releases a good version and one with 10 % errors, on one cluster, under the same open-loop traffic, at the same time.
 * @returns whether we are ahead in time to rollback, harmed requests, loads and peak pods
 */
export async function run(): Promise<boolean> {
  const only = process.env['BENCH_ONLY']?.split(',');
  const chosen = contenders.filter(({ name }) => only?.some((start) => name.startsWith(start)) ?? true);
  const cluster = await ensureCluster({ components: [...new Set(chosen.flatMap(({ components }) => components))] });
  const image = await modelServerImage(cluster);
  const figures = await Promise.all(
    chosen.map(async (contender): Promise<Figures> => {
      const [goodRun, badRun] = await Promise.all([
        trial(contender, { cluster, image }, good, haste),
        trial(contender, { cluster, image }, bad, 1),
      ]);
      return {
        contender: contender.name,
        settings: contender.settings,
        good: { outcome: goodRun.outcome, loads: goodRun.loads, peak: goodRun.peak, lost: goodRun.lost },
        bad: { outcome: badRun.outcome, seconds: badRun.seconds, harmed: badRun.harmed, exposed: badRun.exposed },
      };
    }),
  );
  const folder = join(import.meta.dirname, 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify({ rate, stable, good, bad, figures }, null, 2)}\n`);
  for (const line of table(figures)) console.log(line);
  return ahead(figures);
}

interface Trial {
  readonly outcome: Outcome;
  readonly loads: number;
  readonly peak: number;
  /** From the first to the last answer of the new version, seconds. */
  readonly seconds: number;
  /** Failed requests while the release ran. */
  readonly harmed: number;
  /** Requests that the new version answered. */
  readonly exposed: number;
  /** Requests without an answer of the model: refused, cut off, 502. */
  readonly lost: number;
}

async function trial(
  contender: Contender,
  facts: Pick<Ground, 'cluster' | 'image'>,
  version: Version,
  hurry: number,
): Promise<Trial> {
  const { cluster, image } = facts;
  await using space = await cluster.namespace('bench');
  const ground: Ground = { cluster, image, namespace: space.name };
  const say = (text: string): void => {
    console.log(`  ${new Date().toISOString().slice(11, 19)} ${contender.name}, ${version.name} version: ${text}`);
  };
  say('installing the stable version');
  const address = await contender.install(ground, stable, hurry);
  await until('the stable version answers', async () => {
    const answer = await fetch(address.url, { method: 'POST', body: '{}', headers: address.headers }).catch(() => null);
    return answer !== null;
  });
  const traffic = new Traffic({
    url: address.url,
    headers: address.headers,
    rate,
    newConnections: 0.5,
    body: { inputs: [[1]] },
    maxDuration: 80 * 60_000,
  }).start();
  try {
    await until('the stable version serves', () => {
      const last = traffic.between(Date.now() - 3000);
      return Promise.resolve(last.length > 2 * rate && last.every(({ revision }) => revision !== undefined));
    });
    const first = traffic.results.at(-1)?.revision;
    const counted = await census(cluster, ground.namespace, image);
    const started = Date.now();
    say('released');
    const told = setInterval(() => say(tollLine(toll(traffic.between(started), first))), 5 * 60_000);
    const outcome = await contender.release(ground, version).finally(() => clearInterval(told));
    const { loads, peak } = await counted();
    const counts = toll(traffic.between(started), first);
    const seconds = Math.round((Date.now() - started) / 1000);
    say(`${outcome} after ${seconds} s; ${tollLine(counts)}; ${loads} loads, at most ${peak} pods`);
    return { outcome, loads, peak, ...counts };
  } finally {
    await traffic.stop();
    await contender.end(ground);
  }
}

function toll(
  results: readonly TrafficResult[],
  stableName: string | undefined,
): Pick<Trial, 'seconds' | 'harmed' | 'exposed' | 'lost'> {
  const exposed = results.filter(({ revision }) => revision !== undefined && revision !== stableName);
  const [first, last] = [exposed[0], exposed.at(-1)];
  return {
    seconds: first === undefined || last === undefined ? 0 : (last.startedAt - first.startedAt) / 1000,
    harmed: results.filter(({ ok }) => !ok).length,
    exposed: exposed.length,
    lost: results.filter(({ ok, revision }) => !ok && revision === undefined).length,
  };
}

function tollLine({ exposed, harmed, lost, seconds }: ReturnType<typeof toll>): string {
  return `${exposed} requests to the new version within ${seconds.toFixed(0)} s, ${harmed} harmed, ${lost} of them without an answer`;
}

function table(figures: readonly Figures[]): string[] {
  const rows = figures.map(({ contender, good: g, bad: b }) => [
    contender,
    b.outcome,
    b.seconds.toFixed(0),
    String(b.harmed),
    g.outcome,
    String(g.loads),
    String(g.peak),
    String(g.lost),
  ]);
  const head = [
    '',
    'bad version',
    's until back',
    'requests harmed',
    'good version',
    'model loads',
    'peak pods',
    'lost',
  ];
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)) + 2);
  return [head, ...rows].map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('')
      .trimEnd(),
  );
}

/** Whether the best of ours is at least as good as the best peer, figure by figure. */
function ahead(figures: readonly Figures[]): boolean {
  const best = (ours: boolean, figure: (each: Figures) => number): number =>
    Math.min(...figures.filter(({ contender }) => contender.startsWith('ml-deploy') === ours).map(figure));
  const compared: Readonly<Record<string, (each: Figures) => number>> = {
    'seconds until back': ({ bad: b }) => (b.outcome === 'rolled back' ? b.seconds : Infinity),
    'requests harmed': ({ bad: b }) => b.harmed,
    'model loads': ({ good: g }) => g.loads,
    'peak pods': ({ good: g }) => g.peak,
    'requests lost': ({ good: g }) => g.lost,
  };
  let all = true;
  for (const [name, figure] of Object.entries(compared)) {
    const [ours, theirs] = [best(true, figure), best(false, figure)];
    const met = ours <= theirs;
    all &&= met;
    console.log(`${name}: ${ours.toFixed(0)} against ${theirs.toFixed(0)}  ${met ? 'met' : 'NOT MET'}`);
  }
  return all;
}
