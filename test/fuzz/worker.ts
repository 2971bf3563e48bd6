import { parentPort, workerData } from 'node:worker_threads';
import { Coverage } from './coverage.ts';
import { mutate } from './mutate.ts';
import { random } from './random.ts';
import type { Begin, FromWorker, Job } from './protocol.ts';
import type { Said } from './target.ts';

/** Inputs between two looks at the coverage: a look costs more than an input. */
const batch = 16;
/** Processor time of one input beyond this is a defect: 64 KiB are judged in milliseconds. Milliseconds. */
const slowMs = 5000;

const { seed, most, current }: Begin = workerData as Begin;
const coverage = await Coverage.start('/src/model/');
// Loaded after counting began, so that blocks are counted, not only functions.
const { judge } = await import('./target.ts');
const { seeds } = await import('./seeds.ts');

const next = random(seed);
const pool: Job[] = seeds().map(({ name, content }) => ({ name, content }));
const pieces = pool.map(({ content }) => content);
let executions = 0;
let kept = 0;
const stop = new AbortController();
parentPort?.once('message', () => {
  stop.abort();
});

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

/** Runs one input; what breaks a promise is reported with the input. */
async function run({ name, content }: Job): Promise<void> {
  remember(name, content);
  executions++;
  const before = process.cpuUsage();
  try {
    const whole = await judge(name, content, Math.max(1, content.length));
    const { user, system } = process.cpuUsage(before);
    const spentMs = (user + system) / 1000;
    if (spentMs > slowMs) tell({ kind: 'broken', name, content, why: `takes ${Math.round(spentMs)} ms` });
    if (/[\u0000-\u001f\u007f-\u009f]/.test(messagesOf(whole.findings)))
      tell({ kind: 'broken', name, content, why: 'a message has control characters' });
    if (next() < 0.15) {
      const step = 1 + Math.floor(next() * 300);
      const cut = await judge(name, content, step);
      const [one, other] = [gist(whole), gist(cut)];
      if (one !== other)
        tell({ kind: 'broken', name, content, why: `whole: ${one}; in pieces of ${step} bytes: ${other}` });
    }
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: 'broken', name, content, why });
  }
}

function messagesOf(findings: Said['findings']): string {
  return findings.map(({ message, member = '' }) => message + member).join('');
}

/**
 * Counts in messages may depend on how far a reader got before it gave up; verdict and rules may not. Of data that cannot be unpacked, what
 * comes out before the error depends on the pieces: then only what is said about the containers themselves counts.
 */
function gist({ verdict, findings }: Said): string {
  const of = (some: Said['findings']): string => [...new Set(some.map(({ rule }) => rule).toSorted())].join(' ');
  const has = (id: string): boolean => findings.some(({ rule }) => rule === id);
  const stream = has('compression/corrupt');
  if (!stream && !has('zip/content') && !has('zip/truncated')) return `${verdict} ${of(findings)}`;
  const outside = findings.filter(
    ({ rule, member }) => member === undefined && /^(zip|tar|compression|file)\//.test(rule),
  );
  return `${stream ? verdict !== 'clean' : verdict} ${of(outside)}`;
}

/** What runs now, where the watching thread finds it when this one hangs. */
function remember(name: string, content: Buffer): void {
  const bytes = new Uint8Array(current);
  const title = Buffer.from(name).subarray(0, 255);
  bytes[0] = title.length;
  bytes.set(title, 1);
  new DataView(current).setUint32(256, content.length);
  bytes.set(content, 260);
}

/** Runs inputs together; those that reach something new, found by running them again one by one, join the pool. */
async function runBatch(jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) await run(job);
  let wanted = await coverage.unknown();
  for (const job of jobs) {
    if (wanted.length === 0) return;
    await run(job);
    const found = await coverage.unknown();
    if (found.length === 0) continue;
    coverage.learn(found);
    wanted = wanted.filter((key) => !found.includes(key));
    pool.push(job);
    kept++;
  }
  // What only all of them together reach, such as counts.
  coverage.learn(wanted);
}

function newInput(): Job {
  // What was found last leads further most often.
  const recent = kept > 0 && next() < 0.4;
  const from = recent ? pool.length - 1 - Math.floor(next() * Math.min(kept, 64)) : Math.floor(next() * pool.length);
  const { name, content } = pool[from] ?? { name: 'x', content: Buffer.alloc(1) };
  const other = next() < 0.02 ? (pool[Math.floor(next() * pool.length)]?.name ?? name) : name;
  return { name: other, content: mutate(content, pieces, next) };
}

for (const job of [...pool]) await run(job);
coverage.learn(await coverage.unknown());
tell({ kind: 'progress', executions, blocks: coverage.blocks, kept });
while (!stop.signal.aborted && executions < most) {
  await runBatch(Array.from({ length: batch }, newInput));
  tell({ kind: 'progress', executions, blocks: coverage.blocks, kept });
  // The order to stop comes through the event loop.
  await new Promise((resolve) => setImmediate(resolve));
}
tell({ kind: 'end', executions, blocks: coverage.blocks, kept });
