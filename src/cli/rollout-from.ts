import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { KubeApi } from '../kubernetes/api.ts';
import { recordStop } from '../pipeline/deploy.ts';
import type { Evidence, RolloutEvidence } from '../pipeline/evidence.ts';
import type { StageContext } from '../pipeline/stage.ts';
import type { Invocation } from './command.ts';
import { withCluster, withTarget } from './cluster.ts';
import { concludeRollout, concludeStopped } from './outcome.ts';
import { configName, projectSession, withProject } from './session.ts';
import type { ProjectSession } from './session.ts';

type Work = (context: Omit<StageContext, 'evidence'>, api: KubeApi) => Promise<RolloutEvidence>;

/**
 * Runs a rollout that is no stage of a pipeline (a resume, an undo) and shows its evidence; returns the exit code.
 */
export function rolloutFrom(invocation: Invocation, work: Work): Promise<number> {
  return withProject(invocation, (session) =>
    carryOut(session, invocation, (context) => withCluster(session, (api) => work(context, api))),
  );
}

/**
 * As rolloutFrom; from a machine without mldeploy.yaml, or with --model or --namespace, under the settings that the cluster has recorded.
 */
export async function rolloutAnywhere(invocation: Invocation, work: Work): Promise<number> {
  const { host, options } = invocation;
  const named = options.text('model') !== null || options.text('namespace') !== null;
  const isProject = await access(resolve(host.cwd, configName(options))).then(
    () => true,
    () => false,
  );
  if (isProject && !named) return rolloutFrom(invocation, work);
  return withTarget(invocation, async ({ target, api, ...session }) => {
    const [{ recordedSettings }, { completed }] = await Promise.all([
      import('../rollout/settings.ts'),
      import('./recorded-config.ts'),
    ]);
    const settings = await recordedSettings(target, api);
    const config = completed(settings.config);
    host.listener?.configured(config);
    session.reporter.note('info', `Settings: those that ${target.model} was last promoted with, from the cluster.`);
    const engineImage = session.access.engineImage ?? settings.engineImage;
    const known = { ...session, access: { ...session.access, engineImage } };
    return carryOut(projectSession(known, invocation, host.cwd, config), invocation, (context) => work(context, api));
  });
}

async function carryOut(
  session: ProjectSession,
  invocation: Invocation,
  work: (context: Omit<StageContext, 'evidence'>) => Promise<RolloutEvidence>,
): Promise<number> {
  session.reporter.stage('rollout', []);
  const go = (onUnfinished: (evidence: Evidence) => void): Promise<RolloutEvidence> =>
    work({ ...session.context, onUnfinished });
  let evidence: RolloutEvidence;
  try {
    evidence = await recordStop('rollout', session.store, go, { onlyBegun: true });
  } catch (error) {
    await concludeStopped(session, invocation);
    throw error;
  }
  return concludeRollout(evidence, session, invocation);
}
