import { hideSecrets } from '../pipeline/hide-secrets.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import { secretValues } from './records.ts';
import type { RunningServer, StartSpec } from './runtimes/runtime.ts';
import { cut } from '../cut.ts';

/** Lines that are kept of what the server printed, from the end. */
const keptLines = 10_000;
const longestLine = 8_192;
const longestDetail = 500;

/** What the server has printed, without secrets; after an interrupt there is no time for it. */
export async function wholeLog(
  running: RunningServer,
  { config, access, signal }: StartSpec,
): Promise<readonly string[]> {
  const lines = signal.aborted ? [] : await running.logs(keptLines).catch(() => []);
  // Before anything is cut: what is left of a secret then would not be found.
  const text = hideSecrets(lines.slice(-keptLines).join('\n'), secretValues(config, access));
  return text === '' ? [] : text.split('\n').map((line) => line.slice(0, longestLine));
}

/** The program's last words as details of the evidence, taken while it can still be asked for them. */
export async function lastWords(
  running: RunningServer,
  { spec, reporter }: { readonly spec: StartSpec; readonly reporter: Reporter },
): Promise<readonly string[]> {
  const secrets = secretValues(spec.config, spec.access);
  return (await running.logs()).map((line) => {
    const shown = hideSecrets(line, secrets);
    reporter.output(running.title, shown);
    return `log: ${cut(shown, longestDetail)}`;
  });
}
