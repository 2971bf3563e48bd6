import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import { connect } from '../kubernetes/client.ts';
import { stateConfigMap } from '../kubernetes/objects/config-map.ts';
import { resources } from '../kubernetes/resources.ts';
import type { MeasuredSpeed, SmokeEvidence, SpeedRecord } from '../pipeline/evidence.ts';
import { speedRecord } from '../pipeline/speed-record.ts';
import type { Access } from '../pipeline/stage.ts';
import { parseEvidence } from '../pipeline/store.ts';

/** A cluster that answers late has nothing to say: the figures are not worth waiting for. */
const deadlineMs = 5_000;

/** What was measured of an earlier revision, or why nothing is known (a sentence). */
export type RecordedSpeed =
  { readonly title: string; readonly record: SpeedRecord } | { readonly record: null; readonly reason: string };

interface Where {
  readonly config: Config;
  readonly access: Access;
  readonly signal: AbortSignal;
}

/**
 * The figures to compare with: those of `smoke.previous`, else those that the rollout recorded in the cluster with the stable revision.
 * Throws `smoke/no-previous` for a file that is no such evidence; a cluster that cannot be asked is a reason.
 */
export async function recordedSpeed(where: Where): Promise<RecordedSpeed> {
  const { previous } = where.config.smoke;
  return previous === null ? fromCluster(where) : fromFile(resolve(where.access.root, previous), previous);
}

async function fromFile(path: string, name: string): Promise<RecordedSpeed> {
  try {
    const record = speedRecord((await parseEvidence(await readFile(path, 'utf8'), 'smoke', name)) as SmokeEvidence);
    if (record !== null) return { title: name, record };
    return { record: null, reason: `The test in ${name} did not pass, or has no figures that compare.` };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MlDeployError({
      code: 'smoke/no-previous',
      kind: 'usage',
      message: `The smoke test of the previous release cannot be read from ${name}: ${reason}`,
      hint: 'Name the smoke.json that it left in .mldeploy/<environment>/, or leave smoke.previous out.',
      cause,
    });
  }
}

/** The part of the rollout's state that concerns us. */
interface StateOfStable {
  readonly stable?: { readonly name?: string; readonly speed?: SpeedRecord | null } | null;
}

async function fromCluster({ config, access, signal }: Where): Promise<RecordedSpeed> {
  const { namespace } = config.deploy;
  const { name } = stateConfigMap(config.name, namespace, {}).metadata;
  try {
    const { kubeconfig, kubeContext: context, environment } = access;
    const api = await connect({ kubeconfig, context, environment, signal, deadlineMs });
    try {
      const object = await api.find(resources.configMap, namespace, name);
      if (object === null) return none(`No revision of ${config.name} is stable in namespace ${namespace} yet.`);
      const text = (object['data'] as Readonly<Record<string, string>> | undefined)?.['state'] ?? '';
      const { stable = null } = JSON.parse(text) as StateOfStable;
      if (stable === null) return none(`No revision of ${config.name} is stable in namespace ${namespace} yet.`);
      const title = `the stable revision ${stable.name ?? ''}`;
      if (!isRecord(stable.speed))
        return none(`Nothing is recorded of ${title}: its rollout had no smoke test with figures.`);
      return { title, record: wellFormed(stable.speed) };
    } finally {
      api.close();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MlDeployError && error.code === 'kubernetes/no-cluster')
      return none('No cluster is configured that would know the stable revision, and smoke.previous is not set.');
    const reason = error instanceof Error ? error.message : String(error);
    return none(`The record of the stable revision (ConfigMap ${name}) cannot be read: ${reason}`);
  }
}

function none(reason: string): RecordedSpeed {
  return { record: null, reason };
}

/** What older versions left out, and without what is of no use. */
function wellFormed({ fastest, ...record }: SpeedRecord): SpeedRecord {
  const { image, at, latencyMs } = (fastest ?? {}) as Partial<MeasuredSpeed>;
  const known = typeof image === 'string' && typeof at === 'string' && typeof latencyMs?.p50 === 'number';
  return {
    ...record,
    throughput: record.throughput ?? null,
    ...(known ? { fastest: { image, at, latencyMs, throughput: fastest?.throughput ?? null } } : {}),
  };
}

/** States are written by other versions, too. */
function isRecord(value: SpeedRecord | null | undefined): value is SpeedRecord {
  const { latencyMs, load, hardware } = (value ?? {}) as Partial<SpeedRecord>;
  return (
    typeof latencyMs?.p50 === 'number' && typeof load?.requestSet === 'string' && typeof hardware?.name === 'string'
  );
}
