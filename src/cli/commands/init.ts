import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { parseConfig } from '../../config/load.ts';
import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { outputOptions } from '../options.ts';

/** `ml-deploy init`. */
export const initCommand: Command = {
  name: 'init',
  summary: 'write mldeploy.yaml for the model in this folder',
  description:
    'Looks for a model, its inference code, requirements, golden requests and the git remote, and writes mldeploy.yaml. An existing file is left alone unless --force is given.',
  options: [
    { flags: '--model <path>', description: 'file or folder of the model (default: the one that is found)' },
    { flags: '-c, --config <file>', description: 'file to write', default: 'mldeploy.yaml' },
    { flags: '--force', description: 'overwrite an existing file' },
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy init', does: 'for the one model in this folder' },
    { line: 'ml-deploy init --model models/fraud.joblib', does: 'for this model' },
  ],
  endings: { 0: 'the file is written' },
  async run({ options, host }) {
    const { lookAround } = await import('../init/project.ts');
    const { configText } = await import('../init/text.ts');
    const project = await lookAround(host.cwd, options.text('model'));
    const file = options.text('config') ?? 'mldeploy.yaml';
    const text = configText(project);
    parseConfig(text, file, null);
    await writeNew(resolve(host.cwd, file), text, options.flag('force'));
    const name = relative(host.cwd, resolve(host.cwd, file));
    if (options.text('format') === 'json') {
      host.stdout.write(`${JSON.stringify({ file: name, ...project }, null, 2)}\n`);
    } else {
      const registry = project.repository === null ? ' First set `image.repository` in it.' : '';
      host.stdout.write(`wrote ${name} for ${project.model}.${registry} Next: ml-deploy validate\n`);
    }
    return exitCodes.ok;
  },
};

/** Writes a file that must not exist yet, unless `force`. */
async function writeNew(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new MlDeployError({
      code: exists ? 'init/exists' : 'init/unwritable',
      kind: 'usage',
      message: exists
        ? `${path} exists and is left as it is`
        : `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: exists
        ? 'Overwrite it with --force, or write another file with --config FILE.'
        : 'Choose a folder that can be written to.',
      cause,
    });
  }
}
