import { exitCodes } from '../../errors.ts';
import { withCluster } from '../cluster.ts';
import type { Command } from '../command.ts';
import { clusterOptions, engineImageOption, imageOption, outputOptions, projectOptions } from '../options.ts';
import { withProject } from '../session.ts';

/** `ml-deploy plan`. */
export const planCommand: Command = {
  description:
    'Looks at the cluster as it is now and changes nothing: objects that would be created, steps with their real shares of traffic, capacity, and what could go wrong. Needs the evidence of build, or --image.',
  options: [...projectOptions, imageOption, engineImageOption, ...clusterOptions, ...outputOptions],
  examples: [{ line: 'ml-deploy plan --environment production', does: 'before a rollout to production' }],
  endings: { 0: 'the plan was made' },
  run: (invocation) =>
    withProject(invocation, async ({ config, context, access, store, reporter }) => {
      const { plan } = await import('../../rollout/commands/plan.ts');
      const { releaseOf } = await import('../../rollout/plan.ts');
      const { checkNamedWeights } = await import('../../pipeline/pod-weights.ts');
      if ((context.image ?? null) !== null) await checkNamedWeights(context, context.image ?? '');
      const release = await releaseOf({ ...context, access, evidence: await store.readAll() });
      const report = await withCluster({ access, reporter }, (api) => plan(config, release, api, access));
      reporter.close();
      const { host, options } = invocation;
      const { text, ...facts } = report;
      host.stdout.write(options.text('format') === 'json' ? `${JSON.stringify(facts, null, 2)}\n` : text);
      return exitCodes.ok;
    }),
};

/** `ml-deploy render`. */
export const renderCommand: Command = {
  description:
    'Writes the objects to standard output without a cluster: for review, or to see what a key of the configuration does. Needs the evidence of build, or --image.',
  options: [...projectOptions, imageOption, engineImageOption, ...outputOptions],
  examples: [
    {
      line: `ml-deploy render --image ghcr.io/acme/fraud@sha256:${'0'.repeat(64)}`,
      does: 'for an image that was built elsewhere',
    },
  ],
  endings: { 0: 'the objects were printed' },
  run: (invocation) =>
    withProject(invocation, async ({ config, context, access, store, reporter }) => {
      const { render } = await import('../../rollout/commands/plan.ts');
      const { releaseOf } = await import('../../rollout/plan.ts');
      const text = render(config, await releaseOf({ ...context, access, evidence: await store.readAll() }));
      reporter.close();
      const { host, options } = invocation;
      if (options.text('format') === 'json') {
        const { parseAllDocuments } = await import('yaml');
        const objects: unknown[] = parseAllDocuments(text).map((document) => document.toJS() as unknown);
        host.stdout.write(`${JSON.stringify(objects, null, 2)}\n`);
      } else {
        host.stdout.write(text);
      }
      return exitCodes.ok;
    }),
};
