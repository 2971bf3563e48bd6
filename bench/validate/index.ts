import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeCases, type Case } from './cases.ts';
import { measure, median, type Run } from './measure.ts';
import { installPeers, peerEnvironment, type Peer } from './peers.ts';
import { program as readingProgram, type Reading } from './reading.ts';

const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
/** Longer than this nobody waits for one file. */
const limitSeconds = 180;

const goals = {
  /** Against the fastest of the others, on pickles of many opcodes. */
  fastest: 4,
  /** Against the most thorough of the others. */
  thorough: 40,
  opcodesPerSecond: 5_000_000,
  /** Of the speed of plain sha256. */
  hashing: 0.9,
  megabytes: 256,
} as const;

interface Measured {
  readonly subject: Case;
  readonly ours: Run;
  /** By name; null: it cannot read this. */
  readonly theirs: ReadonlyMap<string, Run | null>;
}

/** Prints the figures, side by side in one run; true when the goals are met. */
export async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'ml-deploy-bench-'));
  try {
    const peers = installPeers();
    console.log(
      `against ${peers.map(({ name, version }) => `${name} ${version}`).join(', ')}; medians, turn by turn, seconds with start`,
    );
    const wanted = process.env['MLDEPLOY_BENCH_CASES']?.split(',');
    const cases = writeCases(folder).filter(({ id }) => wanted?.includes(id) ?? true);
    const measured: Measured[] = [];
    console.log(
      ['', 'ml-deploy', ...peers.map(({ name }) => name)]
        .map((cell, index) => cell.padEnd(index === 0 ? 28 : 24))
        .join(''),
    );
    for (const subject of cases) {
      const row = await measureCase(subject, peers, folder);
      measured.push(row);
      console.log(rowText(row, peers));
    }
    return judge(measured, await besideHash(folder, cases));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureCase(subject: Case, peers: readonly Peer[], cwd: string): Promise<Measured> {
  const ours: Run[] = [];
  const theirs = new Map<string, Run[]>();
  for (let round = 0; round < subject.rounds; round++) {
    ours.push(
      await measure(
        [process.execPath, entry, 'validate', subject.path, '--quiet'],
        { environment: process.env, cwd },
        limitSeconds,
      ),
    );
    for (const peer of peers) {
      const before = theirs.get(peer.name) ?? [];
      // What took very long once need not be waited for again.
      if (peer.cannot.has(subject.id) || before.some(({ seconds }) => seconds > 10)) continue;
      theirs.set(peer.name, [
        ...before,
        await measure(peer.command(subject.path), { environment: peerEnvironment, cwd }, limitSeconds),
      ]);
    }
  }
  const medians = peers.map(({ name }): [string, Run | null] => {
    const runs = theirs.get(name);
    return [name, runs === undefined ? null : median(runs)];
  });
  return { subject, ours: median(ours), theirs: new Map(medians) };
}

function rowText({ subject, ours, theirs }: Measured, peers: readonly Peer[]): string {
  const cells = peers.map(({ name }) => {
    const run = theirs.get(name) ?? null;
    if (run === null) return 'does not read it';
    const time = run.code === null ? `> ${limitSeconds}` : run.seconds.toFixed(2);
    return `${time} (${(run.seconds / ours.seconds).toFixed(1)} x, exit ${run.code ?? '-'})`;
  });
  const own = `${ours.seconds.toFixed(2)} (exit ${ours.code ?? '-'}, ${ours.megabytes.toFixed(0)} MB)`;
  return [subject.title.padEnd(28), own.padEnd(24), ...cells.map((cell) => cell.padEnd(24))].join('');
}

/** Seconds beside those that plain sha256 takes. */
interface BesideHash {
  /** In one process, turn by turn, without the start. */
  readonly reading: Reading;
  /** The whole command, and a Node that only hashes, turn by turn. */
  readonly command: Reading;
}

/** How long weights take us, and a Node that only hashes them; null without that case. */
async function besideHash(folder: string, cases: readonly Case[]): Promise<BesideHash | null> {
  const weights = cases.find(({ id }) => id === 'safetensors');
  if (weights === undefined) return null;
  const script = join(folder, 'hash.mjs');
  writeFileSync(
    script,
    `import { createHash } from 'node:crypto';
import { openSync, readSync } from 'node:fs';
const hash = createHash('sha256'), file = openSync(process.argv[2], 'r'), buffer = Buffer.allocUnsafe(1 << 20);
for (let size; (size = readSync(file, buffer)) > 0; ) hash.update(buffer.subarray(0, size));
console.log(hash.digest('hex'));
`,
  );
  const surroundings = { environment: process.env, cwd: folder };
  const runs: { ours: Run[]; hash: Run[] } = { ours: [], hash: [] };
  const validate = [process.execPath, entry, 'validate', weights.path, '--quiet'];
  for (let round = 0; round < 7; round++) {
    runs.ours.push(await measure(validate, surroundings, limitSeconds));
    runs.hash.push(await measure([process.execPath, script, weights.path], surroundings, limitSeconds));
  }
  const told = execFileSync(process.execPath, [readingProgram, weights.path], { encoding: 'utf8' });
  return {
    reading: JSON.parse(told) as Reading,
    command: { checked: median(runs.ours).seconds, hashed: median(runs.hash).seconds },
  };
}

function judge(measured: readonly Measured[], beside: BesideHash | null): boolean {
  let met = true;
  const tell = (what: string, value: number, goal: number, unit: string, good = value >= goal): void => {
    met &&= good;
    console.log(
      `  ${what.padEnd(58)}${value.toFixed(value < 100 ? 2 : 0)}${unit} (goal ${goal}${unit})  ${good ? 'met' : 'NOT MET'}`,
    );
  };
  const of = (id: string): Measured | undefined => measured.find(({ subject }) => subject.id === id);
  const start = of('tiny')?.ours.seconds ?? 0;
  console.log('');
  for (const id of ['integers', 'lists']) {
    const row = of(id);
    if (row === undefined) continue;
    const fastest = Math.min(...[...row.theirs.values()].flatMap((run) => (run === null ? [] : [run.seconds])));
    tell(`${row.subject.title}: against the fastest`, fastest / row.ours.seconds, goals.fastest, ' x');
    const rate = (row.subject.opcodes ?? 0) / Math.max(row.ours.seconds - start, 0.001);
    tell(`${row.subject.title}: million opcodes a second`, rate / 1e6, goals.opcodesPerSecond / 1e6, ' M');
  }
  for (const id of ['sklearn', 'lists']) {
    const row = of(id);
    const thorough = row?.theirs.get('modelaudit');
    if (row === undefined || thorough === undefined || thorough === null) continue;
    tell(`${row.subject.title}: against modelaudit`, thorough.seconds / row.ours.seconds, goals.thorough, ' x');
  }
  if (beside !== null) {
    const { reading, command } = beside;
    const ratio = reading.hashed / reading.checked;
    tell('one read of 500 MB safetensors: speed of plain sha256', ratio, goals.hashing, ' x');
    console.log(
      `    in one process, turn by turn: ${reading.checked.toFixed(2)} s with all checks, ${reading.hashed.toFixed(2)} s for the hash alone`,
    );
    console.log(
      `    whole commands, with their starts: ${command.checked.toFixed(2)} s and ${command.hashed.toFixed(2)} s, ${(command.hashed / command.checked).toFixed(2)} x`,
    );
  }
  const memory = Math.max(...measured.map(({ ours }) => ours.megabytes));
  tell('most memory', memory, goals.megabytes, ' MB', memory < goals.megabytes);
  for (const { subject, ours } of measured.filter((row) => row.ours.code !== 0)) {
    met = false;
    console.log(`  ${subject.title}: not clean (exit ${ours.code ?? '-'})\n${ours.said}`);
  }
  return met;
}
