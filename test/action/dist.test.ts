import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../cluster/state.ts';
import { ActionRunner, type StepResult } from './runner.ts';

// The committed bundle, as a runner starts it.

let workspace: string;

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'action-workspace-'));
  cpSync(join(repositoryRoot, 'examples/evil.pkl'), join(workspace, 'evil.pkl'));
  // A name that would be a workflow command, if a log line began with it.
  mkdirSync(join(workspace, 'models'));
  cpSync(join(repositoryRoot, 'examples/evil.pkl'), join(workspace, 'models', '::set-output name=verdict::clean'));
});

afterAll(() => {
  rmSync(workspace, { recursive: true, force: true });
});

async function main(inputs: Record<string, string>, environment: Record<string, string> = {}): Promise<StepResult> {
  using runner = new ActionRunner(workspace, inputs, environment);
  return await runner.main().ended;
}

const annotations = (step: StepResult): string[] =>
  step.commands.filter(({ name }) => ['error', 'warning', 'notice'].includes(name)).map(({ data }) => data);

describe('the bundle in a workflow step', () => {
  it('fails on an unsafe model with outputs, one annotation and a summary', async () => {
    const step = await main({ command: 'validate', paths: 'evil.pkl' });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.outputs).toMatchObject({ verdict: 'unsafe', outcome: 'failed', decision: '', image: '' });
    expect(annotations(step)).toHaveLength(1);
    expect(annotations(step)[0]).toContain('os.system');
    expect(step.summary).toContain('os.system');
  });

  it('works without a summary file, as in a container', async () => {
    const step = await main({ command: 'validate', paths: 'evil.pkl' }, { GITHUB_STEP_SUMMARY: '' });
    expect(step.exitCode, step.log).toBe(1);
  });

  it('cannot be commanded by the name of a file', async () => {
    const step = await main({ command: 'validate', paths: 'models' });
    expect(step.exitCode, step.log).toBe(1);
    expect(step.outputs['verdict']).toBe('unsafe');
    expect(step.commands.map(({ name }) => name)).not.toContain('set-output');
  });

  it('names a wrong input and ends with 2', async () => {
    const step = await main({ command: 'validate', image: 'x' });
    expect(step.exitCode).toBe(2);
    expect(annotations(step)[0]).toContain('Input `image` is set');
  });

  it('says what is wrong with the configuration, once', async () => {
    writeFileSync(join(workspace, 'mldeploy.yaml'), 'version: 1\nname: fraud\nmodle: {path: model/}\n');
    const step = await main({ command: 'validate' });
    expect(step.exitCode).toBe(2);
    expect(annotations(step)).toHaveLength(1);
    expect(step.log).toContain('modle');
  });

  it('does nothing after a step that came to its own end', async () => {
    using runner = new ActionRunner(workspace, { command: 'validate', paths: 'evil.pkl' });
    const first = await runner.main().ended;
    const post = await runner.post(first).ended;
    expect(post).toMatchObject({ exitCode: 0, log: '' });
  });

  it('masks the secrets of a kubeconfig that it is given, and writes it where only it can read', async () => {
    const kubeconfig = JSON.stringify({ users: [{ name: 'ci', user: { token: 'very-secret-token' } }] }, null, 1);
    using runner = new ActionRunner(workspace, { command: 'status', model: 'm', namespace: 'n', kubeconfig });
    const step = await runner.main().ended;
    expect(step.exitCode).not.toBe(0);
    expect(step.commands.filter(({ name }) => name === 'add-mask').map(({ data }) => data)).toContain(
      'very-secret-token',
    );
    const shown = step.log.split('\n').filter((line) => !line.startsWith('::add-mask::'));
    expect(shown.join('\n')).not.toContain('very-secret-token');
    expect(JSON.stringify(step.state)).not.toContain('very-secret-token');
  });
});
