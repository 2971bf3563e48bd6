import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

/** A command that has made everything safe after an interrupt once its standard input ends. */
async function script(): Promise<string> {
  const session = pathToFileURL(resolve('src/cli/session.ts')).href;
  const options = pathToFileURL(resolve('src/cli/options.ts')).href;
  const host = pathToFileURL(resolve('src/cli/host.ts')).href;
  const file = join(await mkdtemp(join(tmpdir(), 'signals-')), 'script.mjs');
  await writeFile(
    file,
    `import { withSession } from '${session}';
import { OptionValues } from '${options}';
import { processHost } from '${host}';
process.exitCode = await withSession(
  { arguments: [], options: new OptionValues({}), host: processHost() },
  '/',
  async ({ reporter, signal }) => {
    const task = reporter.task('Watch the canary');
    console.log('started');
    await new Promise((done) => signal.addEventListener('abort', () => process.stdin.on('end', done).resume()));
    task.done('stable again');
    throw signal.reason;
  },
);
`,
  );
  return file;
}

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Sends the signals, and lets the command come to its end when each but the last `unheard` ones was heard. */
async function interrupt(signals: readonly NodeJS.Signals[], unheard = 0): Promise<Ended> {
  const child = spawn(process.execPath, [await script()], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit') as Promise<[number | null]>;
  for (const [index, signal] of signals.entries()) {
    child.kill(signal);
    // Signals of one kind merge while they are pending: wait until each was heard.
    if (index < signals.length - unheard)
      await expect.poll(() => stderr.match(/warning: SIG/g)?.length ?? 0).toBe(index + 1);
  }
  if (unheard === 0) child.stdin.end();
  const [code] = await ended;
  return { code, stderr };
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s lets the command clean up, then ends with %d', async (signal, code) => {
  const ended = await interrupt([signal]);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(`${signal}: stopping.`);
  expect(ended.stderr).toContain('stable again');
  expect(ended.stderr).toContain(`Interrupted: stopped by ${signal}`);
});

it('a second signal says what is still being done, and does not hurt', async () => {
  const ended = await interrupt(['SIGINT', 'SIGTERM']);
  expect(ended.code).toBe(130);
  expect(ended.stderr).toContain('SIGTERM again: still busy with "Watch the canary"');
  expect(ended.stderr).toContain('stable again');
});

it('a third signal gives up at once', async () => {
  // It says no more, and does not wait until it is let go.
  const ended = await interrupt(['SIGINT', 'SIGINT', 'SIGINT'], 1);
  expect(ended.code).toBe(130);
  expect(ended.stderr).not.toContain('stable again');
});
