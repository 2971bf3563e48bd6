import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { secretVariables } from '../../src/cli/secrets.ts';
import { csvOf, keepRecords } from '../../src/smoke/records.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { message, project } from './fixture/project.ts';
import { gpuHost, hostProject } from './simulated/gpu-host.ts';

const folderOf = (root: string) => path.join(root, '.mldeploy/default');

test('CSV is what RFC 4180 says', () => {
  const rows = [
    [1.5, 'a "quoted", name', null],
    ['two\nlines', 0, ''],
  ];
  expect(csvOf({ columns: ['x', 'y', 'z'], rows })).toBe('x,y,z\r\n1.5,"a ""quoted"", name",\r\n"two\nlines",0,\r\n');
});

test('what a test does not have is removed: a file of an earlier one would tell the wrong story', async () => {
  const context = project({});
  const folder = folderOf(context.access.root);
  mkdirSync(folder, { recursive: true });
  const names = ['smoke-gpu.csv', 'smoke-memory.csv', 'smoke-server.log'];
  for (const name of names) writeFileSync(path.join(folder, name), 'old');
  await keepRecords(context, { gpu: null, memory: [{ requests: 4, bytes: 1024 }], log: [] });
  expect(names.map((name) => existsSync(path.join(folder, name)))).toEqual([false, true, false]);
  expect(readFileSync(path.join(folder, 'smoke-memory.csv'), 'utf8')).toBe('requests,memory_bytes\r\n4,1024\r\n');
});

test('no secret of the run or of the configuration gets into the log', async () => {
  const base = project({});
  const environment = { HF_TOKEN: 'hf_abcdefgh', TOKEN_FILE: '/var/run/token', HOME: '/home/runner' };
  expect(secretVariables(environment)).toContain('hf_abcdefgh');
  expect(secretVariables(environment)).not.toContain('/var/run/token');
  const env = { DB_PASSWORD: 'correct horse', MODE: 'production' };
  const context = {
    ...base,
    config: { ...base.config, deploy: { ...base.config.deploy, env } },
    access: { ...base.access, secrets: () => secretVariables(environment) },
  };
  const encoded = Buffer.from('user:hf_abcdefgh').toString('base64');
  const log = ['token=hf_abcdefgh', `Basic ${encoded}`, 'password: correct horse', 'mode production'];
  await keepRecords(context, { gpu: null, memory: [], log });
  const kept = readFileSync(path.join(folderOf(context.access.root), 'smoke-server.log'), 'utf8');
  expect(kept).not.toContain('hf_abcdefgh');
  expect(kept).not.toContain(encoded);
  expect(kept).not.toContain('correct horse');
  expect(kept).toContain('mode production\n');
});

test('what the container printed is kept, also of one that failed, without its secrets', async () => {
  const host = gpuHost(null);
  const context = hostProject(host, {
    smoke: { device: 'cpu', requests: 20 },
    resources: { gpu: null },
    env: { FAULT: 'exits-at-start', API_KEY: 'sk-0123456789' },
  });
  const evidence = await smokeStage.run(context);
  expect(evidence.outcome).toBe('failed');
  const kept = readFileSync(path.join(folderOf(context.access.root), 'smoke-server.log'), 'utf8');
  expect(kept).toContain('\n');
  expect(kept + JSON.stringify(evidence)).not.toContain('sk-0123456789');
});

test('what a server prints and answers of its secrets is nowhere: not as base64, not in JSON, not cut off', async () => {
  const secrets = { API_KEY: 'correct "horse" battery', DB_PASSWORD: 'staple-0123456789' };
  const context = hostProject(gpuHost(null), {
    smoke: { device: 'cpu' },
    resources: { gpu: null },
    env: { FAULT: 'tells-secrets', ...secrets },
  });
  const seen: string[] = [];
  const say = (...words: readonly (string | number | undefined)[]) => void seen.push(words.join(' '));
  const reporter = { ...silentReporter, task: () => ({ update: say, done: say, fail: say }), note: say, output: say };
  const evidence = await smokeStage.run({ ...context, reporter });
  expect(message(evidence, 'ready')).toMatch(/answered 500 instead of 200: Basic dXNlcjp\*\*\*\S* .*x\*\*\*\.\.\.$/);
  const log = readFileSync(path.join(folderOf(context.access.root), 'smoke-server.log'), 'utf8');
  expect(log).toContain('***');
  const all = [JSON.stringify(evidence), log, ...seen].join('\n');
  const basic = Buffer.from(`user:${secrets.API_KEY}`).toString('base64').slice(8, -8);
  for (const secret of ['correct', 'horse', 'staple', basic]) expect(all).not.toContain(secret);
  expect(seen.join('\n')).toContain('***');
});

test('a log that cannot be written does not hide what is known of the model', async () => {
  const context = hostProject(gpuHost(null), {
    smoke: { device: 'cpu' },
    resources: { gpu: null },
    env: { FAULT: 'exits-at-start' },
  });
  // A file where the folder has to be, as a full disk would: nothing can be written there.
  writeFileSync(path.join(context.access.root, '.mldeploy'), '');
  const notes: string[] = [];
  const reporter = { ...silentReporter, note: (_: string, text: string) => void notes.push(text) };
  expect((await smokeStage.run({ ...context, reporter })).outcome).toBe('failed');
  expect(notes.join('\n')).toMatch(/the log and the samples could not be kept: .*ENOTDIR/);
});

test('an engine that repeats a secret in its refusal is quoted without it', async () => {
  const host = gpuHost(null);
  host.set('start-fails', 'Error response from daemon: bad variable API_KEY=sk-0123456789');
  const wish = { smoke: { device: 'cpu' as const }, resources: { gpu: null }, env: { API_KEY: 'sk-0123456789' } };
  await expect(smokeStage.run(hostProject(host, wish))).rejects.toThrow(/bad variable API_KEY=\*\*\*/);
});
