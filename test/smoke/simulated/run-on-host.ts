/** Runs the stage on a simulated host as a process of its own: `node run-on-host.ts HOST`, HOST being JSON; prints what it waits for and the outcome. */
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { type GpuHost, hostProject, type HostProject } from './gpu-host.ts';

const host = JSON.parse(process.argv[2] ?? '{}') as GpuHost & { readonly wish?: HostProject };
const reporter = {
  ...silentReporter,
  task: (title: string) => ({
    ...silentReporter.task(title),
    update: (detail: string) => console.log(`${title}: ${detail}`),
  }),
  note: (_: unknown, message: string) => console.log(message),
};
const evidence = await smokeStage.run({ ...hostProject(host, host.wish), reporter });
console.log(`outcome: ${evidence.outcome} ${evidence.summary}`);
