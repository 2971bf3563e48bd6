import { resolve } from 'node:path';
import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { outputOptions, projectOptions } from '../options.ts';
import { resultText, writeReports } from '../outcome.ts';
import { withProject } from '../session.ts';

/** `ml-deploy report`. */
export const reportCommand: Command = {
  name: 'report',
  summary: 'write the reports again from the evidence on disk',
  description:
    'Reads .mldeploy/<environment>/ and writes the reports from it alone; runs nothing and needs no cluster. With --format json the evidence itself is printed.',
  options: [
    ...projectOptions,
    { flags: '--report <dir>', description: 'folder for the reports (default: beside the evidence)' },
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy report --report public/', does: 'write the reports into a folder that a web server shows' },
  ],
  endings: { 0: 'the reports are written' },
  run: (invocation) =>
    withProject(invocation, async ({ config, store, reporter }) => {
      const { host, options } = invocation;
      const evidence = await store.readAll();
      if (Object.keys(evidence).length === 0) {
        throw new MlDeployError({
          code: 'report/no-evidence',
          kind: 'usage',
          message: `there is no evidence in ${store.folder}`,
          hint: 'Run `ml-deploy deploy` first, or choose the environment that was deployed: --environment NAME.',
        });
      }
      const asked = options.text('report');
      const reports = await writeReports(
        evidence,
        asked === null ? store.folder : resolve(host.cwd, asked),
        config.name,
      );
      reporter.close();
      if (options.text('format') === 'json') {
        host.stdout.write(`${JSON.stringify({ reports, evidence }, null, 2)}\n`);
      } else {
        host.stdout.write(resultText(evidence));
        for (const path of reports) host.stdout.write(`report: ${path}\n`);
      }
      return exitCodes.ok;
    }),
};
