import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endOrphans, runVariable } from '../../src/process/orphans.ts';

const path = process.env['PATH'] ?? '';

function program(run: string, script: string, command = 'sh') {
  const child = spawn(command, ['-c', script], {
    env: { PATH: path, [runVariable]: run },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as string | number | null);
  // It has begun, and so its environment is there.
  const begun = once(child.stdout, 'data');
  return { child, ended, begun };
}

test('programs of a run are ended, also those that do not listen; those of others are not', async () => {
  const run = `run-${process.pid}`;
  const polite = program(run, 'echo; sleep 60 & wait');
  const deaf = program(run, 'trap "" TERM; echo; while :; do sleep 0.05; done');
  const other = program(`${run}2`, 'echo; sleep 60 & wait');
  await Promise.all([polite.begun, deaf.begun, other.begun]);
  // On a busy machine it takes a while until a polite one has ended.
  const ended = await endOrphans(run, 2_000);
  expect(ended.join(' ')).toContain(`(process ${polite.child.pid ?? 0})`);
  expect(await polite.ended).toBe('SIGTERM');
  expect(await deaf.ended).toBe('SIGKILL');
  expect(other.child.exitCode ?? other.child.signalCode).toBe(null);
  process.kill(-(other.child.pid ?? 0), 'SIGKILL');
});

test.each(['conmon', 'podman pause', 'fuse-overlayfs', 'gpg-agent', 'dbus-daemon', 'systemd'])(
  'what serves everybody is left alone: %s',
  async (name) => {
    const run = `run-${process.pid}-${name}`;
    const servant = join(mkdtempSync(join(tmpdir(), 'orphans-')), name);
    symlinkSync('/bin/sh', servant);
    const monitor = program(run, 'echo; read line < /dev/zero', servant);
    await monitor.begun;
    expect(await endOrphans(run, 300)).toEqual([]);
    monitor.child.kill('SIGKILL');
    await monitor.ended;
  },
);

test('podman itself is ended', async () => {
  const run = `run-${process.pid}-podman`;
  const podman = join(mkdtempSync(join(tmpdir(), 'orphans-')), 'podman');
  symlinkSync('/bin/sh', podman);
  const pull = program(run, 'echo; read line < /dev/zero', podman);
  await pull.begun;
  expect(await endOrphans(run, 300)).toEqual([expect.stringMatching(/^podman \(process /)]);
  await pull.ended;
});
