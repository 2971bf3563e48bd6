import type { KubeApi } from '../../kubernetes/api.ts';
import type { RolloutEvidence } from '../../pipeline/evidence.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { letFinish } from '../contest.ts';
import { isCode } from '../fence.ts';
import { takerText } from '../taker.ts';

const attempts = 4;

/**
 * Begins a rollout that a person asked for, anew when somebody else takes over at that very moment: what they leave is looked at once they
 * are done, and decides. `prepare` looks and returns what begins; its errors are final, as when an engine is seen alive.
 */
export async function untilBegun(
  { config, reporter, signal }: Pick<StageContext, 'config' | 'reporter' | 'signal'>,
  api: KubeApi,
  prepare: () => Promise<() => Promise<RolloutEvidence>>,
): Promise<RolloutEvidence> {
  for (let attempt = 1; ; attempt++) {
    const go = await prepare();
    try {
      return await go();
    } catch (error) {
      if (!isCode(error, 'rollout/busy') || attempt >= attempts) throw error;
      const by = await letFinish(api, { model: config.name, namespace: config.deploy.namespace }, signal);
      reporter.note('warning', `${capital(takerText(by))} took over at the same moment: going on from what it left.`);
    }
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
