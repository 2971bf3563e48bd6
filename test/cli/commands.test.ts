import { mkdir, mkdtemp, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Log } from 'sarif';
import { beforeEach, describe, expect, it } from 'vitest';
import { repositoryOf } from '../../src/cli/init/deployment.ts';
import { nameOf } from '../../src/cli/init/project.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { EvidenceStore } from '../../src/pipeline/store.ts';
import { buildEvidence, rolloutEvidence, smokeEvidence, validateEvidence } from '../pipeline/evidence.ts';
import { captureHost } from './host.ts';

const evil = resolve('examples/evil.pkl');
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commands-'));
});

async function commandLine(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const host = captureHost(folder, { PATH: '/nowhere', HOME: folder });
  const code = await runCommandLine(argv, host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text };
}

async function project(more = ''): Promise<void> {
  await writeFile(join(folder, 'model.pkl'), await readFile(evil));
  const text = `version: 1\nname: fraud\nmodel: {path: model.pkl}\nimage: {repository: a.example/fraud}\n${more}`;
  await writeFile(join(folder, 'mldeploy.yaml'), text);
}

describe('validate', () => {
  it('judges any path without a configuration', async () => {
    const text = await commandLine('validate', evil);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/os\.system/);
    expect(text.stdout).not.toContain('\u001b');

    const json = await commandLine('validate', evil, '--format', 'json', '--quiet');
    expect(json).toMatchObject({ code: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({
      verdict: 'unsafe',
      files: [{ path: evil, format: 'pickle', verdict: 'unsafe', findings: [{ severity: 'critical' }, {}] }],
    });
  });

  it('judges several paths one by one, also when one of them cannot be judged', async () => {
    await writeFile(join(folder, 'odd.bin'), 'neither this nor that');
    const json = await commandLine('validate', 'odd.bin', 'none.pkl', 'odd.bin', '--format', 'json', '--quiet');
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      verdict: 'inconclusive',
      models: [{ path: 'odd.bin' }],
      files: [{ path: 'odd.bin', verdict: 'inconclusive' }],
      errors: [{ path: 'none.pkl', code: 'model/missing' }],
    });
    expect((await commandLine('validate', 'none.pkl', evil)).code).toBe(1);
  });

  it('gives programs the same document when no path at all can be judged, and people the error', async () => {
    const json = await commandLine('validate', 'none.pkl', '--format', 'json', '--quiet');
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({
      verdict: 'inconclusive',
      models: [],
      files: [],
      errors: [{ path: 'none.pkl', code: 'model/missing' }],
    });
    const written = await commandLine('validate', 'none.pkl', '--format', 'sarif', '--output', 'none.sarif', '-q');
    expect(written.code).toBe(2);
    expect(await readFile(join(folder, 'none.sarif'), 'utf8')).toContain('there is no model at');
    const text = await commandLine('validate', 'none.pkl');
    expect(text).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('model/missing') as unknown });
  });

  it('writes any form to a file', async () => {
    for (const [format, start] of [
      ['text', '✗ unsafe'],
      ['json', '{'],
      ['sarif', '{'],
      ['junit', '<?xml'],
      ['markdown', '## ⛔'],
    ] as const) {
      const ended = await commandLine('validate', evil, '--format', format, '--output', `out/${format}`, '-q');
      expect(ended).toEqual({ code: 1, stdout: '', stderr: '' });
      expect((await readFile(join(folder, 'out', format), 'utf8')).startsWith(start)).toBe(true);
    }
    const refused = await commandLine('validate', evil, '--output', 'out');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('cli/output-not-written') as unknown });
  });

  it('tells about the model of the configuration in these forms, too', async () => {
    await project();
    const sarif = await commandLine('validate', '--format', 'sarif', '-q');
    const log = JSON.parse(sarif.stdout) as { runs: { artifacts: unknown }[] };
    expect(log.runs[0]?.artifacts).toMatchObject([{ location: { uri: 'model.pkl' } }]);
    expect((await commandLine('validate', '--format', 'junit', '-q')).stdout).toContain('<testsuites');
  });

  it('is inconclusive about what it does not understand, and the worst of several counts', async () => {
    await writeFile(join(folder, 'odd.bin'), 'neither this nor that');
    expect(await commandLine('validate', 'odd.bin')).toMatchObject({ code: 3 });
    expect(await commandLine('validate', 'odd.bin', evil)).toMatchObject({ code: 1 });
    expect(await commandLine('validate', 'none.pkl')).toMatchObject({ code: 2 });
  });

  it('keeps evidence, reports and results of the model of the configuration', async () => {
    await project();
    const ended = await commandLine('validate', '--results', 'results');
    expect(ended.code).toBe(1);
    expect(await readFile(join(folder, 'results/verdict'), 'utf8')).toBe('unsafe');
    expect(ended.stdout).toContain('Report: ');
    const store = new EvidenceStore(join(folder, '.mldeploy/default'));
    expect(await store.read('validate')).toMatchObject({ outcome: 'failed', project: 'fraud', verdict: 'unsafe' });
    expect(await readFile(join(store.folder, 'report.html'), 'utf8')).toContain('<!doctype html>');
    expect(await readFile(join(store.folder, 'report.md'), 'utf8')).toContain('fraud');
    const sarif = JSON.parse(await readFile(join(store.folder, 'validate.sarif'), 'utf8')) as Log;
    expect(sarif.runs[0]?.artifacts).toMatchObject([{ location: { uri: 'model.pkl' } }]);
    expect(sarif.runs[0]?.results?.length).toBeGreaterThan(0);

    const next = await commandLine('build');
    expect(next).toMatchObject({ code: 1, stderr: expect.stringContaining('pipeline/not-passed') as unknown });
  });
});

describe('the findings for code scanning', () => {
  it('have paths as seen from where the command runs', async () => {
    await mkdir(join(folder, 'ml'));
    await project();
    for (const name of ['mldeploy.yaml', 'model.pkl']) await rename(join(folder, name), join(folder, 'ml', name));
    expect(await commandLine('validate', '-c', 'ml/mldeploy.yaml')).toMatchObject({ code: 1 });
    const text = await readFile(join(folder, 'ml/.mldeploy/default/validate.sarif'), 'utf8');
    expect((JSON.parse(text) as Log).runs[0]?.artifacts).toMatchObject([{ location: { uri: 'ml/model.pkl' } }]);
  });
});

describe('results', () => {
  it('are one file each, without a newline, empty when not known', async () => {
    await project();
    await commandLine('validate', '--results', join(folder, 'results'));
    const read = (name: string): Promise<string> => readFile(join(folder, 'results', name), 'utf8');
    expect(await Promise.all(['verdict', 'decision', 'IMAGE_URL', 'IMAGE_DIGEST'].map(read))).toEqual([
      'unsafe',
      '',
      '',
      '',
    ]);
  });
});

describe('report', () => {
  it('is made again from the evidence alone', async () => {
    await project();
    expect(await commandLine('report')).toMatchObject({ code: 2 });
    const store = new EvidenceStore(join(folder, '.mldeploy/default'));
    for (const evidence of [validateEvidence(), buildEvidence(), smokeEvidence(), rolloutEvidence()]) {
      await store.write(evidence);
    }
    const { code, stdout } = await commandLine('report', '--report', 'public', '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ reports: { html: join(folder, 'public/report.html') } });
    expect(await readFile(join(folder, 'public/report.html'), 'utf8')).toContain('fraud');
  });
});

describe('commands for a cluster', () => {
  it('ask which model when nothing says it', async () => {
    for (const command of ['status', 'rollback']) {
      expect(await commandLine(command, '--model', 'fraud')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--model NAME --namespace NAME') as unknown,
      });
    }
  });

  it('say which kubeconfig is missing', async () => {
    const ended = await commandLine('status', '-m', 'fraud', '-n', 'ml', '--kubeconfig', '/none');
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('kubernetes/no-kubeconfig') as unknown });
  });

  it('take an image by digest only', async () => {
    await project();
    const ended = await commandLine('render', '--image', 'a.example/fraud:v1');
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('cli/image-without-digest') as unknown });
    const { code, stdout } = await commandLine('render', '--image', `a.example/fraud@sha256:${'0'.repeat(64)}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(/kind: Deployment[^]*kind: Service/);
    // kubectl reads YAML 1.1: a bare `on` would be a boolean there, and no label.
    expect(stdout).toContain('canary: "on"');
  });

  it('the watchdog names the option that is missing', async () => {
    const ended = await commandLine(
      'watchdog',
      '--model',
      'fraud',
      '--namespace',
      'ml',
      '--epoch',
      'x',
      '--lease',
      '60s',
    );
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--epoch x is not a whole number') as unknown,
    });
  });
});

describe('doctor', () => {
  it('says in words what is missing, and goes on after the first thing', async () => {
    await project('rollout: {watchdog: off}\n');
    const { code, stdout } = await commandLine('doctor', '--kubeconfig', '/none', '--quiet');
    expect(code).toBe(4);
    for (const line of ['✓ Node', '✓ model files', '✗ builder', '✗ registry', '✗ cluster', '- rights', '✓ watchdog']) {
      expect(stdout).toContain(line);
    }
    expect(stdout).toContain('Install uv');
  }, 60_000);
});

describe('init', () => {
  it.each([
    ['Fraud Model 2', 'fraud-model-2'],
    ['42', 'model'],
    ['-x-', 'x'],
    ['a'.repeat(60), 'a'.repeat(40)],
  ])('makes of the folder %s the name %s', (given, name) => expect(nameOf(given)).toBe(name));

  it.each([
    ['nginx', 'docker.io/library/nginx'],
    ['acme/fraud:v1', 'docker.io/acme/fraud'],
    ['ghcr.io/acme/fraud:v1@sha256:00', 'ghcr.io/acme/fraud'],
    ['localhost:5000/fraud', 'localhost:5000/fraud'],
    ['10.0.0.1:5000/a/b:1.2', '10.0.0.1:5000/a/b'],
  ])('reads the repository of %s', (image, repository) => expect(repositoryOf(image)).toBe(repository));
});
