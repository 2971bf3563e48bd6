import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actionCommands, actionInputs, readRun } from '../../src/action/inputs.ts';
import { actionOutputs } from '../../src/action/outputs.ts';
import { commands } from '../../src/cli/commands/index.ts';
import { repositoryRoot } from '../cluster/state.ts';
import type { ActionMetadata } from './runner.ts';

const metadata = parse(readFileSync(join(repositoryRoot, 'action.yml'), 'utf8')) as ActionMetadata;
const descriptions = (parts: ActionMetadata['inputs']): Record<string, string> =>
  Object.fromEntries(Object.entries(parts).map(([name, { description }]) => [name, description]));

describe('action.yml', () => {
  it('declares exactly the inputs and outputs that the code knows, with the same words', () => {
    const { command, ...rest } = metadata.inputs;
    expect(descriptions(rest)).toEqual(actionInputs);
    expect(command).toEqual({ description: `What to do: ${actionCommands.join(', ')}.`, default: 'deploy' });
    expect(descriptions(metadata.outputs)).toEqual(actionOutputs);
  });

  it('gives no other default: an input that is set is one that the user has set', () => {
    const defaults = Object.entries(metadata.inputs).filter(([, input]) => input.default !== undefined);
    expect(defaults.map(([name]) => name)).toEqual(['command']);
  });

  it('runs the committed bundle on Node 24, before and after, and never before checkout', () => {
    expect(metadata.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/index.js' });
  });

  it('has a name, a description and a mark for the Marketplace', () => {
    expect(metadata.name.length).toBeGreaterThan(0);
    expect(metadata.description.length).toBeLessThanOrEqual(200);
    expect(metadata.branding).toEqual({ icon: expect.any(String) as string, color: expect.any(String) as string });
  });
});

describe('the commands of the Action', () => {
  it.each(actionCommands)('%s is a command of the command line', (command) => {
    expect(commands.map(({ name }) => name)).toContain(command);
  });

  it.each(Object.keys(actionInputs))('the input %s is an option or argument of some command', async (input) => {
    const accepts = async (command: string): Promise<boolean> => {
      try {
        await readRun((name) => ({ command, [input]: 'true' })[name] ?? '');
        return true;
      } catch {
        return false;
      }
    };
    expect(await Promise.all(actionCommands.map(accepts))).toContain(true);
  });
});
