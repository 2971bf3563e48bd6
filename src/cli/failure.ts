import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf, exitCodes, MlDeployError } from '../errors.ts';
import { version } from '../version.ts';
import type { Host } from './host.ts';
import { palette } from './reporter/colour.ts';
import { printable } from './reporter/printable.ts';

/**
 * Says what went wrong and returns the exit code. Our own errors are told in words; anything else is a defect of this program: one
 * line, and the stack goes to a file. With `json` the error is a JSON document on standard output as well.
 */
export function reportError(error: unknown, host: Host, json: boolean): number {
  const known = error instanceof MlDeployError ? error : defect(error);
  host.listener?.failed(known);
  const { bold, red, dim } = palette(host.stderr, host.environment);
  const title = known.kind === 'interrupted' ? bold('Interrupted') : bold(red('Error'));
  host.stderr.write(`${title}: ${printable(known.message, true)}\n`);
  if (known.hint !== undefined) host.stderr.write(`  ${printable(known.hint, true).replaceAll('\n', '\n  ')}\n`);
  host.stderr.write(dim(`  (${known.code}; docs/errors.md)`) + '\n');
  if (json) {
    const { code, kind, message, hint } = known;
    host.stdout.write(`${JSON.stringify({ error: { code, kind, message, hint: hint ?? null } }, null, 2)}\n`);
  }
  return error instanceof MlDeployError ? exitCodeOf(error) : exitCodes.infrastructure;
}

/** An exception that nobody meant to throw, as an error for people; its stack is written to a file. */
function defect(error: unknown): MlDeployError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const summary = error instanceof Error ? error.message : String(error);
  let where: string;
  try {
    where = join(mkdtempSync(join(tmpdir(), 'ml-deploy-defect-')), 'stack.txt');
    writeFileSync(where, `ml-deploy ${version}, Node ${process.versions.node}, ${process.platform}\n${stack}\n`);
  } catch {
    where = 'nowhere: the temporary folder cannot be written';
  }
  return new MlDeployError({
    code: 'internal/defect',
    kind: 'infrastructure',
    message: `defect in ml-deploy: ${summary.split('\n')[0] ?? ''}`,
    hint: `The model is not to blame. Please report it with the file ${where}`,
    cause: error,
  });
}
