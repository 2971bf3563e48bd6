import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { exitCodeOf, exitCodes } from '../../errors.ts';
import type { Command, Invocation } from '../command.ts';
import type { Checked } from '../doctor/check.ts';
import { clusterOptions, engineImageOption, outputOptions, projectOptions } from '../options.ts';
import { palette } from '../reporter/colour.ts';
import type { Palette } from '../reporter/colour.ts';
import { printable } from '../reporter/printable.ts';
import { configName, withSession } from '../session.ts';

/** `ml-deploy doctor`. */
export const doctorCommand: Command = {
  description:
    'Looks at Node, the configuration, the model files, the builder, the registry, the cluster, the rights in it, the watchdog image, the smoke test and GPUs (driver, containers, cluster), and says in plain words what is missing and how to get it. Changes nothing.',
  options: [...projectOptions, ...clusterOptions, engineImageOption, ...outputOptions],
  examples: [{ line: 'ml-deploy doctor --environment production', does: 'before the first deploy to production' }],
  endings: { 0: 'everything that could be looked at is there' },
  async run(invocation) {
    const { host, options } = invocation;
    const path = resolve(host.cwd, configName(options));
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    const { loadConfig } = await import('../../config/load.ts');
    const config = exists ? await loadConfig(path, options.text('environment'), configName(options)) : null;
    return withSession(invocation, dirname(path), async ({ reporter, signal, access: places }) => {
      const { runCheck } = await import('../doctor/check.ts');
      const { checks } = await import('../doctor/checks.ts');
      const found: Checked[] = [];
      for (const check of checks) {
        const task = reporter.task(`Check ${check.title}`);
        found.push(await runCheck(check, { config, access: places, reporter, signal }, found));
        task.done();
      }
      reporter.close();
      show(found, invocation);
      const worst = found.find(({ error }) => error !== null);
      return worst === undefined ? exitCodes.ok : exitCodeOf(worst.error);
    });
  },
};

function show(found: readonly Checked[], { host, options }: Invocation): void {
  if (options.text('format') === 'json') {
    const checks = found.map(({ error, ...facts }) => ({ ...facts, code: error?.code ?? null }));
    host.stdout.write(`${JSON.stringify({ checks }, null, 2)}\n`);
    return;
  }
  const colours = options.flag('color') ? host.environment : { ...host.environment, NO_COLOR: '1' };
  const style = palette(host.stdout, colours);
  host.stdout.write(`${found.flatMap((checked) => lines(checked, style)).join('\n')}\n`);
}

function lines({ title, state, detail, hint }: Checked, { green, red, dim, bold }: Palette): string[] {
  const mark = { ok: green('✓'), failed: red('✗'), skipped: dim('-') }[state];
  const text = printable(detail, true).replaceAll('\n', '\n  ');
  return [`${mark} ${bold(title)}: ${text}`, ...(hint === null ? [] : [`  ${printable(hint)}`])];
}
