import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { run } from '../../src/process/run.ts';

const environment = { PATH: process.env['PATH'] ?? '' };

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function alive(pid: number): boolean {
  try {
    // A zombie that nobody has waited for counts as ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('run', () => {
  it('gives exit code and both streams, line by line', async () => {
    const lines: string[] = [];
    const ended = await run({
      command: 'sh',
      args: ['-c', 'echo one; echo two >&2; printf three; exit 7'],
      environment,
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
    });
    expect(ended).toEqual({ exitCode: 7, stdout: 'one\nthree\n', stderr: 'two\n' });
    expect(lines.toSorted()).toEqual(['stderr two', 'stdout one', 'stdout three']);
  });

  it('passes input and only the environment that was given', async () => {
    process.env['MLDEPLOY_TEST_LEAK'] = 'leaked';
    const ended = await run({
      command: 'sh',
      args: ['-c', 'cat; echo "[$MLDEPLOY_TEST_LEAK][$GIVEN]"'],
      environment: { ...environment, GIVEN: 'given' },
      input: 'hello\n',
    });
    delete process.env['MLDEPLOY_TEST_LEAK'];
    expect(ended.stdout).toBe('hello\n[][given]\n');
  });

  it('gives input that the program can open by name, to programs that know nothing else', async () => {
    const text = 'a "b" $c\n'.repeat(20_000);
    const program = { command: 'cat', args: ['/dev/stdin'], environment, input: text };
    expect((await run(program)).exitCode).toBe(1); // a socket: No such device or address
    expect(await run({ ...program, opensInput: true })).toEqual({ exitCode: 0, stdout: text, stderr: '' });
    expect((await run({ ...program, args: ['/nowhere'], opensInput: true })).exitCode).toBe(1);
  });

  it('names a program that is not there, and where it looked', async () => {
    await expect(run({ command: 'no-such-program', environment: { PATH: '/nowhere' } })).rejects.toMatchObject({
      code: 'process/not-found',
      message: expect.stringContaining('/nowhere') as string,
    });
  });

  it('ends a program that is silent for too long, and no other one', async () => {
    // So long that no shell of a busy machine is silent for it, and shorter than the talk in all.
    const slow = { command: 'sh', environment, silenceMs: 3_000 };
    const talking = 'for i in 1 2 3 4 5 6 7 8; do sleep 0.5; printf .; done';
    const [silent, talked] = await Promise.allSettled([
      run({ ...slow, args: ['-c', 'echo the last words; sleep 600'] }),
      run({ ...slow, args: ['-c', talking] }),
    ]);
    expect(silent).toMatchObject({
      reason: {
        code: 'process/timeout',
        message: expect.stringMatching(/printed nothing for [\d.]+ min:\nthe last words$/) as string,
      },
    });
    expect(talked).toMatchObject({ value: { exitCode: 0, stdout: '........\n' } });
  });

  it('ends the whole process group on abort, by KILL when TERM is ignored', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'mldeploy-')), 'pids');
    const abort = new AbortController();
    const script = `trap '' TERM; sleep 600 & echo $! $$ > ${file}.new; mv ${file}.new ${file}; while :; do wait; done`;
    const running = run({ command: 'sh', args: ['-c', script], environment, signal: abort.signal, graceMs: 200 });
    const failed = expect(running).rejects.toMatchObject({ code: 'process/interrupted', kind: 'interrupted' });
    let pids: number[] = [];
    await until(() => {
      try {
        pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
      } catch {
        return false; // not written yet
      }
      return pids.length === 2;
    });
    expect(pids.every(alive)).toBe(true);
    abort.abort();
    await failed;
    await until(() => !pids.some(alive));
  });

  it('ends a program that runs too long', async () => {
    await expect(
      run({ command: 'sleep', args: ['600'], environment, timeoutMs: 100, graceMs: 100 }),
    ).rejects.toMatchObject({ code: 'process/timeout' });
  });

  it('does not start when already aborted', async () => {
    await expect(run({ command: 'true', environment, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'process/interrupted',
    });
  });

  it('keeps bounded memory of an endless talker', async () => {
    const ended = await run({ command: 'sh', args: ['-c', 'yes 0123456789 | head -n 500000'], environment });
    expect(ended.stdout.length).toBe(1024 * 1024);
  });
});
