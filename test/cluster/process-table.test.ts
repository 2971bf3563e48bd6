import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childOf, findProcesses, isAlive, markProcess, pidNamespace, processesIn } from './process-table.ts';

test('a process is alive until it ends, and never again', async () => {
  const child = spawn('sleep', ['987.25'], { stdio: 'ignore' });
  const pid = child.pid ?? 0;
  const mark = markProcess(pid);
  if (!mark) throw new Error('no mark');
  expect(isAlive(mark)).toBe(true);
  expect(isAlive({ ...mark, startTime: '1' })).toBe(false); // another process with the same number
  expect(isAlive({ ...mark, bootId: 'another boot' })).toBe(false);
  expect(findProcesses((args) => args[1] === '987.25').map((found) => found.pid)).toContain(pid);
  expect(processesIn(pidNamespace(process.pid) ?? '')).toContain(pid);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(mark)).toBe(false);
  expect(markProcess(pid)).toBeUndefined();
});

test('finds the child of a process', async () => {
  const shell = spawn('sh', ['-c', 'sleep 986.5 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(shell.stdout, 'data')) as [Buffer];
  expect(childOf(shell.pid ?? 0)).toBe(Number(line.toString()));
  process.kill(Number(line.toString()), 'SIGKILL');
  await once(shell, 'exit');
});
