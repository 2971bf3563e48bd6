import type { OptionSpec } from './command.ts';

/** Options as they were given; a name is that of the flag in camel case (`--kube-context` -> `kubeContext`). */
export class OptionValues {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** The text of an option, or null when it was not given. */
  text(name: string): string | null {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : null;
  }

  /** True when a flag was given, or not negated (`--no-color` -> `color`). */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }
}

/** Options of commands that read mldeploy.yaml. */
export const projectOptions: readonly OptionSpec[] = [
  { flags: '-c, --config <file>', description: 'the configuration', default: 'mldeploy.yaml' },
  { flags: '-e, --environment <name>', description: 'overlay of `environments:` to use' },
];

/** Options of commands that talk to a cluster. */
export const clusterOptions: readonly OptionSpec[] = [
  {
    flags: '--kubeconfig <file>',
    description: 'kubeconfig to use (default: $KUBECONFIG, in-cluster credentials, ~/.kube/config)',
  },
  { flags: '--context <name>', description: 'context of the kubeconfig (default: its current one)' },
];

/** For commands that make pods of our own: watchdogs, and init containers that fetch a model. */
export const engineImageOption: OptionSpec = {
  flags: '--engine-image <reference>',
  description:
    'image of ml-deploy by digest, for the watchdog and for init containers (default: $MLDEPLOY_ENGINE_IMAGE)',
};

/** Options of commands that need only to know which model in which namespace. */
export const targetOptions: readonly OptionSpec[] = [
  { flags: '-m, --model <name>', description: 'name of the model (default: from the configuration)' },
  { flags: '-n, --namespace <name>', description: 'namespace of the model (default: from the configuration)' },
];

/** In which form the result is told. */
function formatOption(choices: readonly string[]): OptionSpec {
  return { flags: '--format <format>', description: 'form of the result on standard output', choices, default: 'text' };
}

/** Options about what is shown; every command has them. */
export const outputOptions: readonly OptionSpec[] = [
  formatOption(['text', 'json']),
  { flags: '-q, --quiet', description: 'show only warnings, errors and the result' },
  { flags: '--no-color', description: 'no colours (also: the variable NO_COLOR)' },
];

/** The same for validate, whose findings other programs read. */
export const validationOutputOptions: readonly OptionSpec[] = [
  formatOption(['text', 'json', 'sarif', 'junit', 'markdown']),
  { flags: '-o, --output <file>', description: 'file for the result, instead of standard output' },
  ...outputOptions.slice(1),
];

/** Names an image instead of the evidence of build. */
export const imageOption: OptionSpec = {
  flags: '--image <reference>',
  description: 'image that was built elsewhere, as repository@sha256:... (default: the one that build made)',
};

/** Names the release that a model is compared with. */
export const againstOption: OptionSpec = {
  flags: '--against <file>',
  description:
    'with PATH: validate.json of the previous release; inputs, outputs and size are compared with it (without PATH: model.previous)',
};

/** Where stages write their reports. */
export const reportOptions: readonly OptionSpec[] = [
  {
    flags: '--report <dir>',
    description:
      'folder for report.html, report.md and validate.sarif (default: beside the evidence, .mldeploy/<environment>/)',
  },
  {
    flags: '--results <dir>',
    description:
      'folder for one small file per result (verdict, decision, IMAGE_URL, IMAGE_DIGEST), as Tekton reads them',
  },
];
