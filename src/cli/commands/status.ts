import { exitCodes } from '../../errors.ts';
import { withTarget } from '../cluster.ts';
import type { StatusReport } from '../../rollout/commands/status.ts';
import type { Command, Invocation } from '../command.ts';
import { isTerminal } from '../reporter/choose.ts';
import { shownWhenSlow } from '../slow.ts';
import type { WatchView } from '../watch.ts';
import { clusterOptions, outputOptions, projectOptions, targetOptions } from '../options.ts';

/** `ml-deploy status`. */
export const statusCommand: Command = {
  description:
    'Reads the cluster and changes nothing: revisions with their pods, the step of the rollout, who leads it, whether the watchdog is there, and what does not fit together. Needs only the name of the model and its namespace.',
  options: [
    {
      flags: '-w, --watch',
      description: 'look every 2 s until the rollout has ended; with --format json one line per change',
    },
    ...targetOptions,
    ...clusterOptions,
    ...projectOptions,
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy status --model fraud --namespace ml', does: 'from any machine' },
    { line: 'ml-deploy status --watch', does: 'follow a rollout until it has ended; leaves it alone' },
    { line: 'ml-deploy status --format json', does: 'as data, in the folder of mldeploy.yaml' },
  ],
  endings: { 0: 'the state was read, whatever it is: also when ml-deploy knows nothing of the model there' },
  run: (invocation) =>
    withTarget(
      invocation,
      async ({ target, api, reporter, signal }) => {
        const { host, options } = invocation;
        const { status } = await import('../../rollout/commands/status.ts');
        const read = async (): Promise<StatusReport> => {
          const report = await status(target, api);
          if (report.phase === 'none') {
            const { requireNamespace } = await import('../../rollout/namespace.ts');
            await requireNamespace(api, target.namespace);
          }
          return report;
        };
        // What a watch shows later on says itself when there is no answer.
        let isFirst = true;
        const look = (): Promise<StatusReport> => {
          if (!isFirst) return read();
          isFirst = false;
          return shownWhenSlow(reporter, `Reading how ${target.model} stands in namespace ${target.namespace}`, read);
        };
        if (options.flag('watch')) {
          const { watchStatus } = await import('../watch.ts');
          await watchStatus({ read: look, view: await viewFor(invocation), signal, everyMs: watchMs });
          return exitCodes.ok;
        }
        const report = await look();
        reporter.close();
        if (options.text('format') === 'json') {
          host.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
        } else {
          const { statusText } = await import('../status-text.ts');
          host.stdout.write(statusText(report));
        }
        return exitCodes.ok;
      },
      { changesNothing: true },
    ),
};

const watchMs = 2000;

async function viewFor({ host, options }: Invocation): Promise<WatchView> {
  const { jsonView, linesView, liveView } = await import('../watch.ts');
  if (options.text('format') === 'json') return jsonView(host.stdout);
  return isTerminal(host, host.stdout) ? liveView(host.stdout) : linesView(host.stdout);
}
