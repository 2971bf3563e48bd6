import { access, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Command, Invocation } from '../command.ts';
import { withCluster } from '../cluster.ts';
import { clusterOptions, outputOptions } from '../options.ts';
import { configName, withSession } from '../session.ts';

/** `ml-deploy init`. */
export const initCommand: Command = {
  description:
    'Looks for a model, its inference code, requirements, golden requests and the git remote, and writes mldeploy.yaml. With --from it describes a running Deployment instead and makes it and its Service revision 0, without a restart: the next rollout is then a canary beside it. An existing file is left alone unless --force is given.',
  options: [
    { flags: '--model <path>', description: 'file or folder of the model (default: the one that is found)' },
    { flags: '-c, --config <file>', description: 'file to write', default: 'mldeploy.yaml' },
    { flags: '--force', description: 'overwrite an existing file' },
    { flags: '--from <deployment/name>', description: 'adopt this running Deployment' },
    { flags: '-n, --namespace <name>', description: 'with --from: its namespace', default: 'default' },
    {
      flags: '--service <name>',
      description: 'with --from: the Service that clients use, when several select its pods',
    },
    ...clusterOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy init', does: 'for the one model in this folder' },
    { line: 'ml-deploy init --model models/fraud.joblib', does: 'for this model' },
    { line: 'ml-deploy init --from deployment/fraud -n ml', does: 'take over a Deployment that runs' },
  ],
  endings: { 0: 'the file is written' },
  run: (invocation) => (invocation.options.text('from') === null ? fromFolder(invocation) : fromCluster(invocation)),
};

async function fromFolder(invocation: Invocation): Promise<number> {
  const { options, host } = invocation;
  const { lookAround } = await import('../init/project.ts');
  const { configText } = await import('../init/text.ts');
  const project = await lookAround(host.cwd, options.text('model'));
  const file = await writeConfig(invocation, configText(project));
  if (options.text('format') === 'json') {
    host.stdout.write(`${JSON.stringify({ file, ...project }, null, 2)}\n`);
  } else {
    const registry = project.repository === null ? ' First set `image.repository` in it.' : '';
    host.stdout.write(`wrote ${file} for ${project.model}.${registry} Next: ml-deploy validate\n`);
  }
  return exitCodes.ok;
}

async function fromCluster(invocation: Invocation): Promise<number> {
  const { options, host } = invocation;
  const { readDeployed, deployedText } = await import('../init/deployment.ts');
  const { adopt } = await import('../../rollout/commands/adopt.ts');
  const { lookAround } = await import('../init/project.ts');
  const deployment = deploymentName(options.text('from') ?? '');
  const namespace = options.text('namespace') ?? 'default';
  return withSession(invocation, host.cwd, (session) =>
    withCluster(session, async (api) => {
      const found = await readDeployed(api, namespace, deployment, options.text('service'));
      const { model } = await lookAround(host.cwd, options.text('model'));
      const text = deployedText(found, model);
      // All that can fail on this side fails before the cluster is touched.
      await checkConfig(invocation, text);
      const report = await adopt({ model: found.name, namespace }, deployment, api, session.reporter);
      const file = await writeConfig(invocation, text);
      session.reporter.close();
      if (options.text('format') === 'json') host.stdout.write(`${JSON.stringify({ file, ...report }, null, 2)}\n`);
      else host.stdout.write(`${report.summary}\nwrote ${file} for ${model}. Next: ml-deploy deploy\n`);
      return exitCodes.ok;
    }),
  );
}

function deploymentName(from: string): string {
  const [, name] = /^(?:deployments?|deploy)(?:\.apps)?\/([a-z0-9][a-z0-9.-]*)$/.exec(from) ?? [];
  if (name !== undefined) return name;
  throw new MlDeployError({
    code: 'cli/bad-option',
    kind: 'usage',
    message: `--from ${from} is not a Deployment`,
    hint: 'Write --from deployment/NAME',
  });
}

/** Throws when the text is no configuration, or when the file exists and may not be overwritten. */
async function checkConfig({ host, options }: Invocation, text: string): Promise<void> {
  const file = configName(options);
  const { parseConfig } = await import('../../config/load.ts');
  parseConfig(text, file, null);
  const path = resolve(host.cwd, file);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists && !options.flag('force')) throw existsError(path);
}

/** Writes a file that must not exist yet, unless --force; returns its name. */
async function writeConfig(invocation: Invocation, text: string): Promise<string> {
  const { host, options } = invocation;
  await checkConfig(invocation, text);
  const path = resolve(host.cwd, configName(options));
  try {
    await writeFile(path, text, { flag: options.flag('force') ? 'w' : 'wx' });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') throw existsError(path);
    throw new MlDeployError({
      code: 'init/unwritable',
      kind: 'usage',
      message: `${path} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Choose a folder that can be written to.',
      cause,
    });
  }
  return relative(host.cwd, path);
}

function existsError(path: string): MlDeployError {
  return new MlDeployError({
    code: 'init/exists',
    kind: 'usage',
    message: `${path} exists and is left as it is`,
    hint: 'Overwrite it with --force, or write another file with --config FILE.',
  });
}
