import { describe, expect, it } from 'vitest';
import { readRun } from '../../src/action/inputs.ts';
import { MlDeployError } from '../../src/errors.ts';

const run = async (inputs: Record<string, string>): Promise<readonly string[]> =>
  (await readRun((name) => inputs[name] ?? '')).argv;

async function refused(inputs: Record<string, string>): Promise<MlDeployError> {
  try {
    await run(inputs);
  } catch (error) {
    if (error instanceof MlDeployError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('inputs', () => {
  it('become the command line that a person would type', async () => {
    expect(
      await run({ command: 'deploy', config: 'ml/mldeploy.yaml', environment: 'production', context: 'prod' }),
    ).toEqual(['deploy', '--config=ml/mldeploy.yaml', '--environment=production', '--context=prod']);
  });

  it('default to deploy with nothing said', async () => {
    expect(await run({})).toEqual(['deploy']);
  });

  it('that are switches are true or false', async () => {
    expect(await run({ force: 'true', reason: 'r7 fails', retry: 'false' })).toEqual([
      'deploy',
      '--force',
      '--reason=r7 fails',
    ]);
    expect((await refused({ force: 'yes' })).code).toBe('action/not-a-switch');
  });

  it('ask for a file for code scanning', async () => {
    expect(await run({ command: 'validate', paths: 'models/', format: 'sarif', output: 'models.sarif' })).toEqual([
      'validate',
      '--format=sarif',
      '--output=models.sarif',
      '--',
      'models/',
    ]);
    expect((await refused({ output: 'models.sarif' })).code).toBe('action/unused-input');
  });

  it('cannot smuggle in an option through a value', async () => {
    expect(await run({ config: '--kubeconfig=/etc/passwd' })).toEqual(['deploy', '--config=--kubeconfig=/etc/passwd']);
    expect(await run({ command: 'validate', paths: '--help\nmodel.pkl' })).toEqual([
      'validate',
      '--',
      '--help',
      'model.pkl',
    ]);
  });

  it('that the command does not use are refused by name, with who uses them', async () => {
    const error = await refused({ command: 'validate', context: 'prod' });
    expect(error.code).toBe('action/unused-input');
    expect(error.kind).toBe('usage');
    expect(error.message).toContain('`context`');
    expect(error.message).toContain('validate');
    expect(error.hint).toContain('deploy');
  });

  it('name an unknown command and the nearest one', async () => {
    const error = await refused({ command: 'vaildate' });
    expect(error.code).toBe('action/unknown-command');
    expect(error.hint).toContain('validate');
  });

  it('do not offer commands that make no sense in a workflow', async () => {
    expect((await refused({ command: 'init' })).code).toBe('action/unknown-command');
  });
});
