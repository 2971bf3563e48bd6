import type { MetricsConfig } from '../../../config/config.ts';
import type { KubeApi } from '../../../kubernetes/api.ts';
import type { ArmName } from '../../../pipeline/evidence.ts';
import type { Access } from '../../../pipeline/stage.ts';
import type { MetricsPreset } from '../../../server/metrics-preset.ts';
import type { CountRules } from '../count-rules.ts';
import { podsSource } from './pods.ts';
import { prometheusClient } from './prometheus/client.ts';
import type { ArmNames } from './prometheus/custom.ts';
import { prometheusSource } from './prometheus/source.ts';
import type { MetricsSource } from './source.ts';

export interface SourceOptions {
  readonly api: Pick<KubeApi, 'podProxy' | 'raw' | 'server'>;
  /** Where credentials and the CA file are. */
  readonly access: Pick<Access, 'environment' | 'root'>;
  readonly metrics: MetricsConfig;
  readonly preset: MetricsPreset;
  readonly rules: CountRules;
  /** Whose placeholders the user's own metrics have: the model, its namespace, and the name of each arm's revision. */
  readonly model: {
    readonly name: string;
    readonly namespace: string;
    readonly revisions: Readonly<Record<ArmName, string>>;
    /** True when an adopted route keeps the stable share at the public Service. */
    readonly stableIsPublic: boolean;
  };
  /** Called once with how the counters are read, as a sentence. */
  readonly onRoute?: (how: string) => void;
}

/**
 * The configured source of counters.
 */
export function metricsSource(options: SourceOptions): MetricsSource {
  const { api, access, metrics, preset, rules, onRoute } = options;
  if (metrics.prometheus === null) {
    return podsSource({
      api,
      preset,
      rules,
      onRoute: (route) =>
        onRoute?.(`The pods' metrics are read by ${route === 'pod-ip' ? 'their IP' : "the API server's pod proxy"}.`),
    });
  }
  const client = prometheusClient(metrics.prometheus, { api, ...access });
  onRoute?.(`The pods' metrics are read from Prometheus (${client.address}).`);
  const arms = armNames(options.model);
  return prometheusSource({ client, config: metrics.prometheus, preset, rules, arms });
}

/**
 * The names behind the placeholders, of both arms.
 */
export function armNames(model: SourceOptions['model']): Readonly<Record<ArmName, ArmNames>> {
  const { name, namespace, revisions, stableIsPublic } = model;
  const namesOf = (revision: string): ArmNames => {
    const service = `${name}-${revision}`;
    return { namespace, service, backend: service, revision };
  };
  const stable = namesOf(revisions.stable);
  return { stable: stableIsPublic ? { ...stable, backend: name } : stable, candidate: namesOf(revisions.candidate) };
}
