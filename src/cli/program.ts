import { Command as Commander, Option } from 'commander';
import { version } from '../version.ts';
import { commands } from './commands/index.ts';
import type { Command } from './command.ts';
import type { Host } from './host.ts';
import { OptionValues } from './options.ts';

const description = `Validates a model, builds its serving image, smoke-tests it and rolls it out to Kubernetes as a canary that evidence promotes or rolls back. Everything about a model is in mldeploy.yaml; \`ml-deploy init\` writes one.`;

/** The endings that any command can have (docs/errors.md). */
const commonEndings: Readonly<Record<string, string>> = {
  0: 'it worked',
  2: 'the command line or the configuration is wrong',
  4: 'infrastructure: a cluster, registry or program failed; the model is not to blame',
  '130/143': 'interrupted by SIGINT / SIGTERM',
};

/** What the two other codes mean, whatever the command. */
const topEndings: Command['endings'] = {
  1: 'the model failed: unsafe, failed its smoke test, or rolled back on evidence',
  3: 'inconclusive, or held for a decision by a person',
};

/** Builds the command line; `end` receives the exit code of the command that ran. Commander throws for help and usage errors. */
export function createProgram(host: Host, end: (exitCode: number) => void): Commander {
  const program = new Commander('ml-deploy');
  program
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help, or that of a command')
    .helpCommand('help [command]', 'print this help, or that of a command')
    .showHelpAfterError('Try: ml-deploy --help')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'Error: ')),
    })
    .addHelpText('after', helpText([], topEndings));
  for (const { name, summary } of commands) program.command(name).summary(summary).allowExcessArguments(false);
  program.hook('preSubcommand', async (_, commander) => {
    const listed = commands.find(({ name }) => name === commander.name());
    if (listed !== undefined) complete(commander, await listed.load(), host, end);
  });
  return program;
}

/** Gives a command its options, its help and its work, just before its part of the line is read. */
function complete(commander: Commander, command: Command, host: Host, end: (exitCode: number) => void): void {
  commander
    .description(command.description)
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError(`Try: ml-deploy ${commander.name()} --help`)
    .addHelpText('after', helpText(command.examples, command.endings));
  for (const { name, description: meaning } of command.arguments ?? []) commander.argument(name, meaning);
  for (const spec of command.options) {
    const option = new Option(spec.flags, spec.description);
    if (spec.choices !== undefined) option.choices(spec.choices);
    if (spec.default !== undefined) option.default(spec.default);
    commander.addOption(option);
  }
  commander.action(async () => {
    const options = new OptionValues(commander.opts());
    end(await command.run({ arguments: commander.args, options, host }));
  });
}

function helpText(examples: Command['examples'], endings: Command['endings']): string {
  const lines: string[] = [];
  if (examples.length > 0) {
    lines.push('', 'Examples:');
    for (const { line, does } of examples) lines.push(`  # ${does}`, `  ${line}`);
  }
  const all = Object.entries({ ...commonEndings, ...endings }).sort(
    ([a], [b]) => Number.parseInt(a) - Number.parseInt(b),
  );
  lines.push('', 'Exit codes:', ...all.map(([code, meaning]) => `  ${code.padEnd(8)} ${meaning}`));
  return lines.join('\n');
}
