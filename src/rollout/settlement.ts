import type { Config } from '../config/config.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import { takeOver } from './takeover.ts';
import type { Plan } from './plan.ts';
import { settleScaling } from './promotion.ts';
import { scale, trafficToClaim } from './restore.ts';
import type { Revision } from './state.ts';
import { createTraffic } from './traffic/create.ts';
import { claimed } from './survey.ts';
import type { Survey } from './survey.ts';
import { takerName } from './taker.ts';
import { settleTraffic } from './traffic/settle.ts';
import { replicasToSet } from './unsettled.ts';

/**
 * Brings what lies around an unchanged release (replicas, autoscaler, disruption budget, Service, route) to what the configuration says.
 * No traffic moves and no pod template changes, so nothing is judged. Each write is fenced and may be repeated.
 */
export async function settle(api: KubeApi, config: Config, plan: Plan, found: Survey, stable: Revision): Promise<void> {
  const { ref, store } = found;
  const fence = await takeOver(api, {
    namespace: ref.namespace,
    knownEpoch: store.state?.epoch ?? 0,
    traffic: trafficToClaim(config, store.state),
    restoreTo: null,
    others: claimed(found),
    engine: takerName('engine'),
  });
  const replicas = replicasToSet(config, found, stable);
  const settled = { ...stable, replicas: replicas ?? stable.replicas };
  if (store.state !== null) {
    const { settings } = store.state;
    const kept = settings === undefined ? {} : { settings: { ...settings, config } };
    await store.update({ epoch: fence.epoch, stable: settled, ...kept });
  }
  const run = { api, config, fence, store, plan };
  await createTraffic(run, stable.name);
  await settleTraffic(run);
  await settleScaling(run, settled);
  if (replicas !== null) await scale(fence, settled, replicas);
}
