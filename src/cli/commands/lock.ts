import { resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import type { LockReport } from '../../image/lock/write.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { evidenceFolder, EvidenceStore } from '../../pipeline/store.ts';
import type { Command, Invocation } from '../command.ts';
import { outputOptions, projectOptions } from '../options.ts';
import { printable } from '../reporter/printable.ts';
import { configName, withProject, type ProjectSession } from '../session.ts';

/** `ml-deploy lock`. */
export const lockCommand: Command = {
  description:
    'Writes mldeploy.lock beside the configuration: the digest of the base image, and the exact version of every package with the digests of its files, for each environment. `ml-deploy build` then takes these and nothing else. What is locked already stays, as long as what it was made from has not changed. The model is validated where there is no evidence of it yet, because the server type chooses packages by the model.',
  options: [
    ...projectOptions,
    { flags: '--update', description: 'take the newest base and packages that the requirements allow' },
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy lock', does: 'after a change of image.base or of the requirements' },
    { line: 'ml-deploy lock --update', does: 'for security fixes in the base and in packages' },
  ],
  endings: { 0: 'the lock is up to date' },
  run: (invocation) =>
    withProject(invocation, async (session) => {
      const { writeLock } = await import('../../image/lock/write.ts');
      const { access, reporter, signal } = session;
      const targets = [];
      const models = new Map<string, ValidateEvidence>();
      for (const config of await configsOf(invocation, session)) {
        const model = models.get(config.model.path) ?? (await modelOf(session, config));
        models.set(config.model.path, model);
        targets.push({ config, model });
      }
      const update = invocation.options.flag('update');
      const report = await writeLock({ targets, access, update, reporter, signal });
      reporter.close();
      show(report, invocation);
      return exitCodes.ok;
    }),
};

/** The environment that was named, else the file itself and every environment of it. */
async function configsOf({ host, options }: Invocation, { config }: ProjectSession): Promise<Config[]> {
  if (config.environment !== null) return [config];
  const { environmentNames, loadConfig } = await import('../../config/load.ts');
  const name = configName(options);
  const path = resolve(host.cwd, name);
  const others = await environmentNames(path);
  return [config, ...(await Promise.all(others.map((environment) => loadConfig(path, environment, name))))];
}

/** Evidence of the model of an environment: what is there, else a validation now, whose outcome decides nothing here. */
async function modelOf({ context, access }: ProjectSession, config: Config): Promise<ValidateEvidence> {
  const { validate } = await new EvidenceStore(evidenceFolder(access.root, config.environment)).readAll();
  if (validate !== undefined && validate.model.path === config.model.path) return validate;
  const { validateStage } = await import('../../model/stage.ts');
  const whole = { ...context, config, evidence: {} };
  await validateStage.preflight(whole);
  return validateStage.run(whole);
}

function show(report: LockReport, { host, options }: Invocation): void {
  if (options.text('format') === 'json') {
    host.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    return;
  }
  const several = new Set(report.images.map(({ platform }) => platform)).size > 1;
  const lines = report.images.flatMap(({ environments, platform, changes }) => {
    const head =
      `${environments.join(', ')}${several ? ` (${platform})` : ''}: ${changes.length === 0 ? 'as before' : ''}`.trimEnd();
    return [head, ...changes.map((change) => `  ${printable(change)}`)];
  });
  const last = report.changed ? 'mldeploy.lock was written; commit it.' : 'mldeploy.lock is up to date.';
  host.stdout.write(`${[...lines, last].join('\n')}\n`);
}
