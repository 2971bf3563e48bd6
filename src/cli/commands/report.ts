import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Command } from '../command.ts';
import { outputOptions, projectOptions } from '../options.ts';
import { publish } from '../outcome.ts';
import { withProject } from '../session.ts';

/** `ml-deploy report`. */
export const reportCommand: Command = {
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
    withProject(invocation, async (session) => {
      const { store, reporter } = session;
      const evidence = await store.readAll();
      if (Object.keys(evidence).length === 0) {
        throw new MlDeployError({
          code: 'report/no-evidence',
          kind: 'usage',
          message: `there is no evidence in ${store.folder}`,
          hint: 'Run `ml-deploy deploy` first, or choose the environment that was deployed: --environment NAME.',
        });
      }
      reporter.close();
      await publish(evidence, session, invocation, {});
      return exitCodes.ok;
    }),
};
