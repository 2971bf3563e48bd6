import { MlDeployError } from '../errors.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { metricsOf } from '../server/metrics.ts';
import { countRules } from './analysis/count-rules.ts';
import { proveGateway } from './analysis/gateways/proof.ts';
import { armNames, metricsSource } from './analysis/sources/index.ts';
import { prometheusClient } from './analysis/sources/prometheus/client.ts';
import { isReady, podRef, revisionPods } from './pods.ts';
import type { Survey } from './survey.ts';
import { factsOf } from './traffic/index.ts';
import { until } from './wait.ts';

/** Pods that became ready just now are found and scraped within this time by most configurations. */
const patienceMs = 30_000;

/**
 * Proves before anything is built or created that Prometheus answers and has fresh counters of a stable pod: a wrong label, job or address
 * would show only when the candidate waits for its traffic. The gateway's counters are looked at too (`proveGateway`). Does nothing when
 * the pods are read themselves. Throws what the client throws, and `rollout/no-metrics`, which names the query, the labels that were
 * expected and those that are there.
 */
export async function provePrometheus(
  { config, access, signal, reporter }: Pick<StageContext, 'config' | 'access' | 'signal' | 'reporter'>,
  api: KubeApi,
  { stable, ref }: Survey,
): Promise<void> {
  const { metrics } = config.rollout;
  if (metrics.prometheus === null) return;
  const client = prometheusClient(metrics.prometheus, { api, ...access });
  await client.now();
  if (stable === null) return;
  const pods = (await revisionPods(api, ref.model, ref.namespace, stable.name)).filter(isReady).map(podRef);
  if (pods.length === 0) return;
  const preset = metricsOf(config);
  const rules = countRules(config.rollout, preset);
  const model = {
    name: config.name,
    namespace: ref.namespace,
    revisions: { stable: stable.name, candidate: stable.name },
    stableIsPublic: factsOf(config).adopted !== null,
  };
  if (metrics.gateway !== null) {
    const note = await proveGateway(client, metrics.gateway, armNames(model).stable);
    if (note !== null) reporter.note('warning', note);
  }
  const source = metricsSource({ api, access, metrics, preset, rules, model });
  const look = async (): Promise<true | null> => {
    const { stable: read } = await source.read({ stable: pods, candidate: [] });
    return read.some((each) => !('missing' in each)) ? true : null;
  };
  const beat = (): Promise<void> => Promise.resolve();
  if ((await until(look, { signal, everyMs: 2000, timeoutMs: patienceMs, beat })) !== null) return;
  const reading = await source.read({ stable: pods, candidate: [] });
  throw new MlDeployError({
    code: 'rollout/no-metrics',
    kind: 'infrastructure',
    message: `Prometheus has no counters of the stable revision ${stable.name}: ${await source.explain(reading)}.`,
    hint: 'Without counts nothing can be decided. docs/metrics.md says what the scrape configuration has to give.',
  });
}
