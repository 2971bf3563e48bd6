import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { metricsOf } from '../server/metrics.ts';
import { countRules } from './analysis/count-rules.ts';
import { podsSource } from './analysis/sources/pods.ts';
import { isReady, podRef, revisionPods } from './pods.ts';
import { ordinary } from './request.ts';
import type { RolloutRequest } from './request.ts';
import type { Survey } from './survey.ts';
import { checkRoute } from './traffic/preflight.ts';

/**
 * What can be known before anything is built or created: the route to write (see checkRoute), and whether an adopted Deployment counts.
 */
export async function refuseUnfit(
  api: KubeApi,
  config: Config,
  found: Survey,
  request: RolloutRequest = ordinary,
): Promise<void> {
  await checkRoute(api, config);
  // Nobody compares what a person answers for.
  if (request.force === null) await refuseUncounted(api, config, found);
}

/**
 * Refuses a canary beside an adopted Deployment whose pods do not count their requests as this server does: nothing could be compared.
 * Asked before anything is built or created; throws `rollout/no-stable-metrics`.
 */
export async function refuseUncounted(api: KubeApi, config: Config, found: Survey): Promise<void> {
  const { stable, ref } = found;
  // Only an adopted Deployment has no template of ours. Pods of our own may just be unreachable for a moment.
  if (stable === null || stable.template !== null || found.store.state?.phase === 'running') return;
  // Prometheus is asked before the first weight; whether the pods can be reached from here does not matter then.
  if (config.rollout.metrics.prometheus !== null) return;
  const pods = (await revisionPods(api, ref.model, ref.namespace, stable.name)).filter(isReady).map(podRef);
  if (pods.length === 0) return;
  const preset = metricsOf(config);
  const rules = countRules(config.rollout, preset);
  const reading = await podsSource({ api, preset, rules }).read({ stable: pods, candidate: [] });
  const missing = reading.stable.flatMap((each) => ('missing' in each ? [`${each.pod.name}: ${each.missing}`] : []));
  if (missing.length < pods.length) return;
  throw new MlDeployError({
    code: 'rollout/no-stable-metrics',
    kind: 'usage',
    message: `Deployment ${stable.deployment} (${stable.name}) does not count its requests as a canary has to compare them: ${missing[0] ?? ''}.`,
    hint: `Let its server give the counter ${preset.errors?.total[0]?.name ?? ''} at port ${preset.port}, path ${preset.path} (docs/server-fastapi.md), or deploy under another name in mldeploy.yaml and move the clients there.`,
  });
}
