import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { until } from './cluster/poll.ts';

const guard = JSON.stringify(new URL('guard.ts', import.meta.url).href);

/** A program that starts a server, here one with a worker, and says their process ids once the guard knows. */
const program = `
import { spawn } from 'node:child_process';
import { goesWithUs } from ${guard};
const child = spawn('sh', ['-c', 'sleep 600 & echo $! $$; wait'], { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
goesWithUs(child);
child.stdout.pipe(process.stdout);
`;

function runs(pid: number): boolean {
  try {
    // One that has ended and was not waited for still has an entry.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function started() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, pids: said.toString().trim().split(' ').map(Number) };
}

test('a server and its worker end with the tests that started it, also when those are killed', async () => {
  const { child, pids } = await started();
  expect(pids.map(runs)).toEqual([true, true]);
  child.kill('SIGKILL');
  await until('both are gone', () => Promise.resolve(!pids.some(runs)));
});

test('the guard keeps no program from ending', async () => {
  const { child, pids } = await started();
  const ended = once(child, 'exit');
  process.kill(-(pids[1] ?? 0), 'SIGKILL');
  expect(await ended).toEqual([0, null]);
});
