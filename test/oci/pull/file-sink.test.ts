import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { fileSink } from '../../../src/oci/pull/file-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mldeploy-sink-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes no memory for each time that it waits for the disk', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const path = join(folder, 'file');
  const sink = fileSink(path, 0o600, 1);
  const writes = 10_000;
  const measure = async (times: number): Promise<number> => {
    for (let count = 0; count < times; count++) await sink.write(Buffer.from('x'));
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await measure(1000);
  const after = await measure(writes - 1000);
  await sink.end();
  expect(readFileSync(path)).toHaveLength(writes);
  // A promise that is kept takes hundreds of bytes: nine thousand of them, megabytes.
  expect(after - before).toBeLessThan(1_500_000);
});

it('throws what keeps the disk from taking it, at the next call', async () => {
  const failing = async (): Promise<void> => {
    const sink = fileSink(join(folder, 'none', 'file'), 0o600, 1);
    for (let count = 0; count < 100; count++) await sink.write(Buffer.from('x'));
  };
  await expect(failing()).rejects.toMatchObject({ code: 'ENOENT' });
  const ended = fileSink(join(folder, 'none', 'file'));
  await ended.write(Buffer.from('x'));
  await expect(ended.end()).rejects.toMatchObject({ code: 'ENOENT' });
});
