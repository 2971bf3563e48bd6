import { setTimeout as delay } from 'node:timers/promises';
import { MlDeployError } from '../../errors.ts';
import type { KubeApi } from '../../kubernetes/api.ts';
import { ClusterEvents } from '../cluster-events.ts';
import { Fence, isCode } from '../fence.ts';
import { LeaseObserver, armedPatch, leaseRef } from '../lease.ts';
import type { ModelRef } from '../names.ts';
import { StateStore } from '../state.ts';
import type { RolloutState } from '../state.ts';
import { abandon } from './abandon.ts';
import { watchdogRules } from './rules.ts';

export interface WatchdogOptions extends ModelRef {
  /** The epoch it guards; it leaves when another one begins. */
  readonly epoch: number;
  readonly leaseMs: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Why the watchdog left. */
export type WatchdogEnd = 'rollout is over' | 'another engine took over' | 'restored the stable revision';

/**
 * The watchdog's whole life, inside the cluster: proves its rights, then watches the Lease; when that is not seen to change for its
 * duration, the stable revision gets the traffic back and the rollout is `abandoned`.
 */
export async function watch(api: KubeApi, options: WatchdogOptions): Promise<WatchdogEnd> {
  const { model, namespace, epoch, leaseMs, signal, log } = options;
  const lease = leaseRef(model);
  await proveRights(api, options);
  await arm(api, options);
  log(`armed for epoch ${epoch} of ${model}: restores the stable revision when the lease rests for ${leaseMs} ms`);
  const observer = new LeaseObserver(leaseMs);
  for (;;) {
    const wait = await delay(Math.max(250, leaseMs / 10), 'waited', { signal }).catch(() => 'stopped');
    if (wait === 'stopped')
      throw new MlDeployError({
        code: 'rollout/watchdog-stopped',
        kind: 'interrupted',
        message: 'The watchdog was stopped; its Job starts another one.',
      });
    try {
      const store = await StateStore.load(api, options);
      if (store.state === null || (store.state.phase !== 'running' && store.state.epoch === epoch)) {
        // An engine that died between its last write of the state and this one left it behind.
        await new Fence(api, namespace, epoch).delete(lease);
        return 'rollout is over';
      }
      if (store.state.epoch !== epoch) return 'another engine took over';
      const seen = await api.find(lease.resource, namespace, lease.name);
      if (observer.look(seen) === 'alive') continue;
      log(`the lease did not change for ${leaseMs} ms: restoring the stable revision`);
      const left = await abandon(api, store, log);
      if (left !== null) await report(api, options, left);
      return 'restored the stable revision';
    } catch (error) {
      if (isCode(error, 'rollout/superseded')) return 'another engine took over';
      // The API server may be away for a while: the observer notices the gap and starts anew.
      log(`will try again: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** Says on the Lease that the rights are proved. The state, not the Lease, tells whose turn it is. */
async function arm(api: KubeApi, { model, namespace, epoch, log }: WatchdogOptions): Promise<void> {
  try {
    await new Fence(api, namespace, epoch).patch(leaseRef(model), armedPatch(epoch));
  } catch (error) {
    if (!isCode(error, 'rollout/superseded')) throw error;
    // A watchdog before us, or a rollback, raised the epoch and died before it wrote the end: that is ours to finish.
    log('somebody took this rollout over; guarding it until the state says so too');
  }
}

/** What the state says of our end becomes an Event. Best effort, after everything that matters. */
async function report(api: KubeApi, options: WatchdogOptions, { weight, reasons }: RolloutState): Promise<void> {
  const events = new ClusterEvents(api, options, `watchdog-${options.epoch}`, options.log);
  try {
    events.emit(weight === 0 ? 'WatchdogRestored' : 'RolloutFailed', reasons.join(' '));
    await events.flush();
  } catch (error) {
    options.log(`no Event is written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Asks the API server, with the watchdog's own account, whether it may do each thing it would have to do. */
async function proveRights(api: KubeApi, options: WatchdogOptions): Promise<void> {
  const { state } = await StateStore.load(api, options);
  if (state === null) return;
  const missing: string[] = [];
  for (const rule of watchdogRules(state)) {
    for (const verb of rule.verbs) {
      for (const name of rule.names) {
        const allowed = await api.may(verb, { group: rule.group, plural: rule.plural }, options.namespace, name);
        if (!allowed) missing.push(`${verb} ${rule.plural}${rule.group === '' ? '' : `.${rule.group}`}/${name}`);
      }
    }
  }
  if (missing.length === 0) return;
  throw new MlDeployError({
    code: 'rollout/watchdog-rights',
    kind: 'infrastructure',
    message: `The watchdog's account may not: ${missing.join(', ')}.`,
    hint: 'Give it a Role with these verbs, see docs/rollout.md.',
  });
}
