import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadedCommands } from '../../src/cli/commands/index.ts';
import { runCommandLine } from '../../src/cli/main.ts';
import { captureHost } from './host.ts';

const commands = await loadedCommands();
const run = promisify(execFile);
const main = resolve('src/main.ts');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});

async function commandLine(
  ...argv: string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const host = captureHost(folder);
  const code = await runCommandLine(argv, host);
  return { code, stdout: host.stdout.text, stderr: host.stderr.text };
}

describe('the entry', () => {
  it('prints the version of package.json', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    const { stdout } = await run(process.execPath, [main, '--version']);
    expect(stdout).toBe(`${version}\n`);
  });

  it('says on an old Node what is needed, before anything else is loaded', async () => {
    const old = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})`;
    await expect(run(process.execPath, ['--import', old, main, 'validate', 'x.pkl'])).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr:
        'ml-deploy needs Node 24 or newer, and this is Node 20.20.2. Get it from https://nodejs.org/en/download\n',
    });
    const imports = [...(await readFile(main, 'utf8')).matchAll(/^import .* from '(.*)'/gm)].map(([, from]) => from);
    expect(imports).toEqual(['./version.ts']);
  });

  it('loads nothing for --version, and neither stages nor the client library for --help', async () => {
    const hook = `data:text/javascript,import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) });`;
    const loaded = async (...argv: string[]): Promise<string[]> =>
      (await run(process.execPath, ['--import', hook, main, ...argv])).stderr
        .split('\n')
        .filter((url) => url.startsWith('file:'))
        .map((url) => url.replace(/^.*\/(src|node_modules)\//, '$1/'));
    expect(await loaded('--version')).toEqual(['src/main.ts', 'src/version.ts']);
    const help = await loaded('--help');
    expect(help).toContain('src/cli/program.ts');
    expect(help.filter((url) => /client-node|src\/(model|image|smoke|rollout)\//.test(url))).toEqual([]);
  });
});

describe('help', () => {
  it.each(commands.map((command) => [command.name, command] as const))('%s is complete', async (name, command) => {
    const { code, stdout } = await commandLine(name, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: ml-deploy ${name}`);
    expect(command.examples.length).toBeGreaterThan(0);
    for (const { line } of command.examples) {
      expect(stdout).toContain(line);
      expect(line).toContain(`ml-deploy ${name}`);
    }
    for (const { flags, description } of command.options) {
      expect(stdout).toContain(flags);
      expect(description).not.toBe('');
    }
    for (const exit of ['0', '2', '4', '130/143']) expect(stdout).toMatch(new RegExp(`^  ${exit} `, 'm'));
    for (const option of ['--format', '--quiet', '--no-color']) expect(stdout).toContain(option);
  });

  it('is also a command', async () => {
    const whole = await commandLine('--help');
    expect(await commandLine('help')).toEqual(whole);
    for (const exit of ['0', '1', '2', '3', '4', '130/143']) {
      expect(whole.stdout).toMatch(new RegExp(`^  ${exit} `, 'm'));
    }
    expect(await commandLine('help', 'status')).toEqual(await commandLine('status', '--help'));
  });

  it('lists every command', async () => {
    const { code, stdout } = await commandLine('--help');
    expect(code).toBe(0);
    for (const { name, summary } of commands) {
      expect(stdout.split('\n').find((line) => line.startsWith(`  ${name} `))).toContain(summary);
    }
  });
});

describe('mistakes on the command line', () => {
  it.each([
    [['deply'], /unknown command 'deply'[^]*deploy[^]*Try: ml-deploy --help/],
    [['help', 'deply'], /Usage: ml-deploy/],
    [['validate', '--formt', 'json'], /unknown option '--formt'[^]*--format/],
    [['validate', '--format', 'xml'], /Allowed choices are text, json/],
    [['build', 'extra'], /too many arguments/],
    [[], /Usage: ml-deploy/],
  ])('%j ends with 2', async (argv, expected) => {
    const { code, stderr } = await commandLine(...argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });

  it('a configuration that is not there ends with 2, and as JSON on request', async () => {
    const text = await commandLine('build');
    expect(text).toMatchObject({ code: 2, stdout: '' });
    expect(text.stderr).toContain('Error: there is no mldeploy.yaml\n  Write one with `ml-deploy init`');
    const json = await commandLine('build', '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'config/not-found', kind: 'usage' } });
  });

  it.each([
    ['.', /\. is a folder[^]*--config \.\/mldeploy\.yaml/],
    ['model.pkl', /model\.pkl is not a text file in UTF-8 \(4 bytes\); expected YAML/],
    ['latin.yaml', /latin\.yaml is not a text file in UTF-8/],
  ])('%s is no configuration', async (config, expected) => {
    await writeFile(join(folder, 'model.pkl'), Buffer.from([0x80, 0x04, 0x00, 0x2e]));
    await writeFile(join(folder, 'latin.yaml'), Buffer.from('name: fra\u00fcd', 'latin1'));
    const { code, stderr } = await commandLine('build', '-c', config);
    expect(code).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toMatch(/EISDIR|found no keys/);
  });

  it('a wrong configuration is told with its places', async () => {
    await writeFile(
      join(folder, 'mldeploy.yaml'),
      'version: 1\nname: x\nmodle: {path: m}\nimage: {repository: a.b/c}\n',
    );
    const { code, stderr } = await commandLine('build');
    expect(code).toBe(2);
    expect(stderr).toContain('mldeploy.yaml:3:1  modle  unknown key; did you mean `model`?');
  });

  it('a stage without the evidence that it needs ends with 2', async () => {
    await writeFile(
      join(folder, 'mldeploy.yaml'),
      'version: 1\nname: x\nmodel: {path: m}\nimage: {repository: a.b/c}\n',
    );
    const { code, stderr } = await commandLine('smoke');
    expect(code).toBe(2);
    expect(stderr).toContain('pipeline/missing-evidence');
  });
});

describe('init', () => {
  it('writes a configuration for the model that it finds, and never overwrites', async () => {
    await writeFile(join(folder, 'fraud.joblib'), 'x');
    await writeFile(join(folder, 'inference.py'), '');
    const first = await commandLine('init');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('wrote mldeploy.yaml for fraud.joblib.');
    const text = await readFile(join(folder, 'mldeploy.yaml'), 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=https:/);
    expect(text).toContain('path: fraud.joblib');
    expect(text).toContain('entry: inference.py');

    await writeFile(join(folder, 'mldeploy.yaml'), 'mine');
    expect(await commandLine('init')).toMatchObject({ code: 2 });
    expect(await readFile(join(folder, 'mldeploy.yaml'), 'utf8')).toBe('mine');
    expect(await commandLine('init', '--force')).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'mldeploy.yaml'), 'utf8')).toBe(text);
  });

  it('asks when there is none, or more than one', async () => {
    expect(await commandLine('init')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('init/no-model') as unknown,
    });
    await writeFile(join(folder, 'a.onnx'), 'x');
    await writeFile(join(folder, 'b.onnx'), 'x');
    const several = await commandLine('init');
    expect(several.code).toBe(2);
    expect(several.stderr).toContain('found 2 models: a.onnx, b.onnx');
    expect(await commandLine('init', '--model', 'b.onnx')).toMatchObject({ code: 0 });
    expect(await commandLine('init', '--force', '--model', '../x.onnx')).toMatchObject({ code: 2 });
  });
});
