import { MlDeployError } from '../../errors.ts';
import { sentence } from '../../sentence.ts';
import { containerRuntime } from './container.ts';
import { kubernetesRuntime } from './kubernetes.ts';
import { processRuntime } from './process.ts';
import type { Runtime, RuntimeContext } from './runtime.ts';

/** Every place where the image can be tested, in the order in which `auto` asks them. */
export const runtimes: readonly Runtime[] = [
  processRuntime,
  kubernetesRuntime,
  containerRuntime('docker'),
  containerRuntime('podman'),
];

export interface Choice {
  readonly runtime: Runtime;
  /** Why this one: a sentence. */
  readonly reason: string;
}

/**
 * Takes the runtime that the configuration names, or for `auto` the first that can be used here, before others one with the GPU that is
 * preferred (`process` only when `smoke.url` is set; another place only when no cluster is configured). Throws what keeps the named one from working, or `smoke/no-runtime` with the reason of each.
 */
export async function chooseRuntime(known: readonly Runtime[], context: RuntimeContext): Promise<Choice> {
  const { runtime: wanted, url } = context.config.smoke;
  if (wanted !== 'auto') {
    const runtime = known.find(({ name }) => name === wanted);
    if (runtime === undefined) throw notBuilt(wanted, known);
    const found = await runtime.available(context);
    if (!found.usable) throw found.error;
    return { runtime, reason: `Runtime ${wanted}, as configured: ${found.reason}` };
  }
  const candidates = known.filter(({ name }) => name !== 'process' || url !== null);
  const errors: MlDeployError[] = [];
  let onCpu: Choice | null = null;
  for (const runtime of candidates) {
    const found = await runtime.available(context);
    if (found.usable) {
      const choice = { runtime, reason: `Runtime ${runtime.name}, chosen because ${found.reason}` };
      // An engine that cannot hand a GPU over may stand beside one that can.
      if (found.device !== 'cpu' || context.config.smoke.device !== 'prefer-gpu') return choice;
      onCpu ??= choice;
      continue;
    }
    // A cluster that is configured and does not work is a failure to tell, not a reason to test somewhere else.
    if (runtime.name === 'kubernetes' && found.error.code !== 'kubernetes/no-cluster') throw found.error;
    errors.push(found.error);
  }
  if (onCpu !== null) return onCpu;
  const [only] = errors;
  if (only !== undefined && errors.length === 1) throw only;
  throw new MlDeployError({
    code: 'smoke/no-runtime',
    kind: 'infrastructure',
    message: `The image can be tested nowhere: ${errors.map(({ message }) => message).join(' ')}`,
    hint: errors.map(({ hint = '' }) => (hint === '' ? '' : sentence(hint))).join(' '),
  });
}

function notBuilt(wanted: string, known: readonly Runtime[]): MlDeployError {
  const names = known.map(({ name }) => name).join(' or ');
  return new MlDeployError({
    code: 'smoke/runtime-missing',
    kind: 'usage',
    message: `The smoke runtime "${wanted}" is not part of this version.`,
    hint: `Set smoke.runtime to auto, ${names}.`,
  });
}
