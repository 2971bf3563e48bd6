// The entry of the bundle. It must load on any Node, so that an old one gets a sentence and not a syntax error: nothing but the
// version is imported before the check.
import { version } from './version.ts';

const needed = 24;
const running = process.versions.node;

if (Number(running.split('.')[0]) < needed) {
  process.stderr.write(
    'ml-deploy needs Node ' +
      String(needed) +
      ' or newer, and this is Node ' +
      running +
      '. Get it from https://nodejs.org/en/download\n',
  );
  process.exitCode = 2;
} else {
  process.exitCode = await start(process.argv.slice(2));
  // A connection that is kept alive must not keep the process.
  setTimeout(() => process.exit(), 1000).unref();
}

async function start(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(version + '\n');
    return 0;
  }
  // A runner gives an Action no arguments; `command` has a default in action.yml, so it is set in a step of ours and only there.
  if (argv.length === 0 && process.env['GITHUB_ACTIONS'] === 'true' && process.env['INPUT_COMMAND'] !== undefined) {
    const { runAction } = await import('./action/main.ts');
    return runAction(process.env);
  }
  // A runner starts the Action without arguments and with every input as a variable.
  const given = Object.keys(process.env).some((name) => name.startsWith('INPUT_') || name.startsWith('STATE_'));
  if (argv.length === 0 && process.env['GITHUB_ACTIONS'] === 'true' && given) {
    const { runAction } = await import('./action/main.ts');
    return runAction(process.env);
  }
  const { runCommandLine } = await import('./cli/main.ts');
  return runCommandLine(argv);
}
