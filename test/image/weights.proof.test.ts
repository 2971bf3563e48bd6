import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, expect, it } from 'vitest';

import type { WeightFile } from '../../src/server/image-plan.ts';
import { startFaultyRegistry } from '../oci/faulty-registry.ts';
import { startRegistry } from '../oci/real-registry.ts';

const run = promisify(execFile);
/** What the issue allows, whatever the size of the model. */
const allowedMB = 256;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'mldeploy-weigh-'));
  folders.push(made);
  return made;
}

interface Weighed {
  readonly read: number;
  readonly sent: number;
  readonly ms: number;
  readonly peakMB: number;
  readonly bytes: number;
  readonly layers: Readonly<Record<string, string>>;
}

async function weigh(root: string, files: readonly WeightFile[], host: string, made = {}): Promise<Weighed> {
  const facts = folder();
  writeFileSync(join(facts, 'files.json'), JSON.stringify(files));
  writeFileSync(join(facts, 'made.json'), JSON.stringify(made));
  const args = [join(import.meta.dirname, 'weigh.ts'), root, join(facts, 'files.json'), host, join(facts, 'made.json')];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Weighed;
}

const shown = ({ layers, ...rest }: Weighed): object => ({ ...rest, layers: Object.keys(layers).length });

it('a file of 5 GB, most of it a hole, and three of 1 GB at the same time, in bounded memory', async () => {
  await using registry = await startFaultyRegistry({ forgets: true });
  const root = folder();
  const files = [5e9, 1e9, 1e9 + 1, 1e9 + 2].map((bytes): WeightFile => {
    const path = `${bytes}.bin`;
    writeFileSync(join(root, path), `begin of ${bytes}`);
    truncateSync(join(root, path), bytes);
    const hash = createHash('sha256').update(`begin of ${bytes}`);
    const zeros = Buffer.alloc(1024 * 1024);
    let left = bytes - `begin of ${bytes}`.length;
    for (; left > 0; left -= zeros.length) hash.update(left < zeros.length ? zeros.subarray(0, left) : zeros);
    return { path, bytes, sha256: hash.digest('hex') };
  });
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const first = await weigh(root, files, registry.host);
  console.log('8 GB, first', shown(first));
  expect(first).toMatchObject({ read: total, sent: first.bytes });
  expect(first.peakMB).toBeLessThan(allowedMB);
  const second = await weigh(root, files, registry.host, first.layers);
  console.log('8 GB, again', shown(second));
  expect(second).toMatchObject({ read: total, sent: 0, layers: first.layers });
  expect(second.peakMB).toBeLessThan(allowedMB);
});

it('a hundred thousand small files', async () => {
  await using registry = await startRegistry();
  const root = folder();
  const files: WeightFile[] = [];
  for (let index = 0; index < 100_000; index++) {
    const part = `part-${Math.floor(index / 1000)}`;
    if (index % 1000 === 0) mkdirSync(join(root, part));
    const content = `content of ${index}`.repeat(1 + (index % 50));
    const path = `${part}/${index}.json`;
    writeFileSync(join(root, path), content);
    files.push({ path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
  }
  const first = await weigh(root, files, registry.host);
  console.log('100000 files, first', shown(first));
  expect(first.read).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(first.sent).toBe(first.bytes);
  expect(first.peakMB).toBeLessThan(allowedMB);
  const second = await weigh(root, files, registry.host, first.layers);
  console.log('100000 files, again', shown(second));
  expect(second).toMatchObject({ sent: 0, layers: first.layers });
  expect(second.ms).toBeLessThan(120_000);
});
