import { randomBytes } from 'node:crypto';
import { MlDeployError } from '../../errors.ts';
import type { KubeApi } from '../../kubernetes/api.ts';
import { connect } from '../../kubernetes/client.ts';
import { resources } from '../../kubernetes/resources.ts';
import { removeLeftovers } from './kubernetes/leftovers.ts';
import { smokePod } from './kubernetes/pod.ts';
import { deviceFor, lookAround } from './kubernetes/preflight.ts';
import { SmokePod } from './kubernetes/smoke-pod.ts';
import { thisProcess } from '../../process/owner.ts';
import { requireImage, type Runtime, type RuntimeContext } from './runtime.ts';

const probeDeadlineMs = 5_000;

/** A pod in `deploy.namespace`, made from the template that the rollout deploys. */
export const kubernetesRuntime: Runtime = {
  name: 'kubernetes',
  available: async (context) => {
    try {
      const api = await connectTo(context, probeDeadlineMs);
      try {
        const reason = await lookAround(api, context);
        return { usable: true, reason };
      } finally {
        api.close();
      }
    } catch (error) {
      if (error instanceof MlDeployError && error.kind !== 'interrupted') return { usable: false, error };
      throw error;
    }
  },
  start: async (spec) => {
    const { config, access } = spec;
    const { namespace } = config.deploy;
    const image = requireImage(spec);
    const api = await connectTo(spec);
    const device = await deviceFor(api, spec);
    const leftovers = await removeLeftovers(api, namespace);
    const run = `smoke-${randomBytes(3).toString('hex')}`;
    const pod = smokePod({ spec, image, run, device: device.device, owner: thisProcess(access.host) });
    // Without the run's signal: removal must work after an interrupt.
    const cleaner = await connectTo({ ...spec, signal: null }, probeDeadlineMs);
    try {
      await api.create(resources.pod, pod);
    } catch (error) {
      // An interrupted request may have been carried out all the same.
      await cleaner.delete(resources.pod, namespace, pod.metadata.name, { gracePeriodSeconds: 0 }).catch(() => false);
      api.close();
      cleaner.close();
      throw error;
    }
    return new SmokePod({ api, cleaner, spec, image, run, device, leftovers });
  },
};

type Where = Omit<RuntimeContext, 'signal'> & { readonly signal: AbortSignal | null };

function connectTo({ access, signal }: Where, deadlineMs?: number): Promise<KubeApi> {
  return connect({
    kubeconfig: access.kubeconfig,
    context: access.kubeContext,
    environment: access.environment,
    ...(signal === null ? {} : { signal }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });
}
