import { commands, loadedCommands } from '../cli/commands/index.ts';
import { nearest } from '../config/nearest.ts';
import { MlDeployError } from '../errors.ts';

/** What the Action can be asked to do: the commands of the command line that make sense in a workflow. */
export const actionCommands: readonly string[] = [
  'deploy',
  'validate',
  'build',
  'smoke',
  'rollout',
  'plan',
  'status',
  'promote',
  'rollback',
  'undo',
  'resume',
];

/**
 * Inputs besides `command`, with what action.yml says about them. Each is the long option of that name of the command line; `paths` are the
 * arguments of a command. Which command takes which is known there alone.
 */
export const actionInputs: Readonly<Record<string, string>> = {
  config: 'Path of mldeploy.yaml, relative to the workspace. Default: mldeploy.yaml.',
  environment: 'Name of an entry of `environments` in the configuration.',
  paths: 'Model files or folders to validate instead of the model in the configuration; one per line.',
  format: 'Form of the result: text or json; of validate also sarif, junit or markdown. Default: text.',
  output: 'File for the result of validate, instead of the log.',
  image: 'Image to test or roll out that was built elsewhere, as repository@sha256:...',
  model: 'Name of the deployed model. Default: from the configuration.',
  namespace: 'Kubernetes namespace of the deployed model. Default: from the configuration.',
  kubeconfig:
    'Path of a kubeconfig file, or its content (from a secret). Default: $KUBECONFIG, else in-cluster credentials.',
  context: 'Context of the kubeconfig. Default: its current context.',
  force: 'true: all traffic as soon as every pod is ready, without statistics; needs `reason`.',
  reason: 'Why the statistics are skipped; stands in state, evidence and report.',
  retry: 'true: deploy once more what evidence has rolled back, or an undo has left.',
  to: 'Revision to go back to: rN, or the digest of its image or model. Default: the last verified one before the current.',
  canary: 'true: undo by the configured strategy, with its steps and statistics.',
};

/** The inputs of one run, checked. */
export interface ActionRun {
  readonly command: string;
  /** As typed on the command line. */
  readonly argv: readonly string[];
  /** Given input values by name. */
  readonly given: Readonly<Record<string, string>>;
}

/**
 * Turns the inputs into a command line.
 * @param read gives an input's value, '' when it was not set
 * @returns the command line
 * @throws MlDeployError `action/unknown-command`, or `action/unused-input` naming an input that the command has no use for
 */
export async function readRun(read: (name: string) => string): Promise<ActionRun> {
  const command = read('command') || 'deploy';
  const listed = commands.find(({ name }) => name === command);
  if (listed === undefined || !actionCommands.includes(command)) {
    const close = nearest(command, actionCommands);
    throw new MlDeployError({
      code: 'action/unknown-command',
      kind: 'usage',
      message: `Input \`command\`: "${command}" is none of ${actionCommands.join(', ')}.`,
      ...(close === null ? {} : { hint: `Did you mean "${close}"?` }),
    });
  }
  const spec = await listed.load();
  const given: Record<string, string> = {};
  const argv = [command];
  for (const name of Object.keys(actionInputs)) {
    const value = read(name).trim();
    if (value === '') continue;
    const isArgument = name === 'paths';
    const used = isArgument
      ? (spec.arguments ?? []).length > 0
      : spec.options.some(({ flags }) => longName(flags) === name);
    if (!used) throw await unused(name, command);
    given[name] = value;
    if (isArgument) continue;
    if (spec.options.some(({ flags }) => longName(flags) === name && !flags.includes('<'))) {
      if (isOn(name, value)) argv.push(`--${name}`);
    } else argv.push(`--${name}=${value}`);
  }
  const paths = (given['paths'] ?? '').split('\n').map((path) => path.trim());
  const operands = paths.filter((path) => path !== '');
  return { command, argv: operands.length > 0 ? [...argv, '--', ...operands] : argv, given };
}

/** `kubeconfig` of `-k, --kubeconfig <file>`. */
function longName(flags: string): string | undefined {
  return /--([a-z][a-z-]*)/.exec(flags)?.[1];
}

/** A switch of the command line, as workflows write it. */
function isOn(name: string, value: string): boolean {
  if (value === 'true') return true;
  if (value === 'false') return false;
  throw new MlDeployError({
    code: 'action/not-a-switch',
    kind: 'usage',
    message: `Input \`${name}\`: "${value}" is neither true nor false.`,
  });
}

async function unused(input: string, command: string): Promise<MlDeployError> {
  const users = (await loadedCommands())
    .filter(({ name }) => actionCommands.includes(name))
    .filter(({ options, arguments: operands }) =>
      input === 'paths' ? (operands ?? []).length > 0 : options.some(({ flags }) => longName(flags) === input),
    )
    .map(({ name }) => name);
  return new MlDeployError({
    code: 'action/unused-input',
    kind: 'usage',
    message: `Input \`${input}\` is set, but \`command: ${command}\` does not use it.`,
    hint: users.length > 0 ? `It belongs to ${users.join(', ')}. Remove it, or choose another command.` : 'Remove it.',
  });
}
