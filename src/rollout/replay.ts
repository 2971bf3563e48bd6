import type { Config } from '../config/config.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { Access } from '../pipeline/stage.ts';
import { metricsOf } from '../server/metrics.ts';
import { replayNotes, replayStablePods } from './analysis/aa-replay.ts';
import { countRules } from './analysis/count-rules.ts';
import { prometheusClient } from './analysis/sources/prometheus/client.ts';
import { podHistory } from './analysis/sources/prometheus/history.ts';
import { metricNames } from './analysis/sources/prometheus/selector.ts';
import type { Plan } from './plan.ts';
import { isReady, podRef, revisionPods } from './pods.ts';

/** Six rollouts of an hour, a tick a minute: more pods or finer ticks take Prometheus long and tell little more. */
const range = { past: 6 * 3600, step: 60 };
const windowMs = 3_600_000;
const mostPods = 6;

/**
 * How often the decision would have condemned a pod of the stable revision, from the history in Prometheus; as sentences for a plan. Empty
 * without Prometheus and where nothing is compared. It only advises, so that it never fails: what kept it from answering is a sentence too.
 */
export async function replayHistory(
  config: Config,
  planned: Plan,
  api: KubeApi,
  access: Pick<Access, 'environment' | 'root'>,
): Promise<readonly string[]> {
  const { prometheus } = config.rollout.metrics;
  const { stable, ref } = planned;
  if (prometheus === null || stable === null || planned.strategy !== 'canary') return [];
  try {
    const ready = (await revisionPods(api, ref.model, ref.namespace, stable.name)).filter(isReady);
    const pods = ready.slice(0, mostPods).map(podRef);
    if (pods.length < 2) return ['A/A replay: not possible with fewer than two stable pods.'];
    const preset = metricsOf(config);
    const rules = countRules(config.rollout, preset);
    if (metricNames(rules, preset.startTime).length === 0) {
      return ['A/A replay: not possible, because nothing that the pods count decides.'];
    }
    const client = prometheusClient(prometheus, { api, ...access });
    const history = await podHistory({ client, config: prometheus, preset, rules, range }, pods);
    return replayNotes(replayStablePods(planned.analysis, history, windowMs), planned.analysis.alpha, '6 h');
  } catch (error) {
    return [`A/A replay: not possible: ${error instanceof Error ? error.message : String(error)}`];
  }
}
