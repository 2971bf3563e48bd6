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
      const task = reporter.task('Look at what a deploy needs');
      for (const check of checks) {
        task.update(check.title);
        found.push(await runCheck(check, { config, access: places, reporter, signal }, found));
      }
      task.done();
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
  const all = [...together(found).flatMap((checked) => lines(checked, style)), '', conclusion(found, style)];
  host.stdout.write(`${all.join('\n')}\n`);
}

/** Checks that were skipped for one reason, as one. */
function together(found: readonly Checked[]): readonly Checked[] {
  const reasonOf = ({ state, hint, detail }: Checked) => (state === 'skipped' && hint === null ? detail : null);
  return found.flatMap((checked, index) => {
    const reason = reasonOf(checked);
    if (reason === null) return [checked];
    const same = found.filter((other) => reasonOf(other) === reason);
    return found.indexOf(same[0] ?? checked) < index
      ? []
      : [{ ...checked, title: same.map(({ title }) => title).join(', ') }];
  });
}

/** What matters when one looks at the end first. */
function conclusion(found: readonly Checked[], { bold, green, red, yellow }: Palette): string {
  const titles = (those: readonly Checked[]) => those.map(({ title }) => title).join(', ');
  const failed = found.filter(({ state }) => state === 'failed');
  const better = found.filter(({ state, hint }) => state !== 'failed' && hint !== null);
  const more = better.length === 0 ? '' : ` Worth a look: ${titles(better)}.`;
  if (failed.length === 0) {
    return `${better.length === 0 ? green('✓') : yellow('!')} ${bold('Nothing that was looked at is broken.')}${more}`;
  }
  const order = failed.length === 1 ? '' : ' Begin with the first: the others may follow from it.';
  return `${red('✗')} ${bold(`${failed.length} of ${found.length} checks failed: ${titles(failed)}.`)}${order}${more}`;
}

function lines({ title, state, detail, hint }: Checked, { green, red, yellow, dim, bold }: Palette): string[] {
  const ok = hint === null ? green('✓') : yellow('!');
  const mark = { ok, failed: red('✗'), skipped: dim('-') }[state];
  const text = printable(detail, true).replaceAll('\n', '\n  ');
  const hints = hint === null ? [] : hint.split('\n');
  return [`${mark} ${bold(title)}: ${text}`, ...hints.map((each) => `  → ${printable(each)}`)];
}
