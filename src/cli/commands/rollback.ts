import { exitCodes, MlDeployError } from '../../errors.ts';
import { withTarget } from '../cluster.ts';
import type { Command } from '../command.ts';
import { writeResults } from '../outcome.ts';
import { clusterOptions, outputOptions, projectOptions, targetOptions } from '../options.ts';

/** `ml-deploy rollback`. */
export const rollbackCommand: Command = {
  description:
    'Works from any machine that reaches the cluster: it needs only the name of the model and its namespace. It pre-empts an engine that is still at it, and does nothing when no rollout is unfinished. A namespace that does not exist is an error, since the name is most likely wrong, except for clean-up (--if-running, --only-holder).',
  options: [
    ...targetOptions,
    { flags: '--if-running', description: 'do nothing when the rollout is held, abandoned or done' },
    { flags: '--only-holder <name>', description: 'do nothing unless the engine of this name is rolling out' },
    { flags: '--results <dir>', description: 'folder for the result `decision`, as Tekton reads it' },
    ...clusterOptions,
    ...projectOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy rollback --model fraud --namespace ml', does: 'from a machine without the project' },
    { line: 'ml-deploy rollback', does: 'in the folder of mldeploy.yaml' },
  ],
  endings: { 0: 'the stable version has all traffic, or there was nothing to do' },
  run: (invocation) =>
    withTarget(invocation, async ({ target, api, reporter, signal }) => {
      const { options, host } = invocation;
      const { rollback } = await import('../../rollout/commands/rollback.ts');
      const { status } = await import('../../rollout/commands/status.ts');
      const holder = options.text('onlyHolder');
      // Cleaning up after a run that may never have begun is no mistake; a command of a person that finds nothing most likely is one.
      const cleanup = options.flag('ifRunning') || holder !== null;
      const idle = options.flag('ifRunning') && (await status(target, api)).phase !== 'running';
      const report = idle
        ? {
            changed: false,
            summary: `No rollout of ${target.model} in namespace ${target.namespace} is running; nothing to do.`,
            stable: null,
          }
        : await rollback({ ...target, signal, ...(holder === null ? {} : { onlyHolder: holder }) }, api, reporter);
      if (!report.changed && report.stable === null) {
        const { requireNamespace } = await import('../../rollout/namespace.ts');
        await requireNamespace(api, target.namespace).catch((error: unknown) => {
          if (!cleanup || !(error instanceof MlDeployError) || error.code !== 'rollout/no-namespace') throw error;
          reporter.note('warning', error.message);
        });
      }
      reporter.close();
      await writeResults({ decision: report.changed ? 'rollback' : 'none' }, invocation);
      host.stdout.write(
        options.text('format') === 'json' ? `${JSON.stringify(report, null, 2)}\n` : `${report.summary}\n`,
      );
      return exitCodes.ok;
    }),
};
