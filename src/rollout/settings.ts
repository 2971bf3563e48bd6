import type { Config } from '../config/config.ts';
import { MlDeployError } from '../errors.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { ModelRef } from './names.ts';
import { requireNamespace } from './namespace.ts';
import type { Run } from './run.ts';
import { StateStore } from './state.ts';

/** The configuration under which the stable revision was promoted, for machines that have no mldeploy.yaml. */
export interface RecordedSettings {
  readonly config: Config;
  /** Image of the watchdog then; null when it was off. */
  readonly engineImage: string | null;
}

/**
 * What the state keeps of the configuration of a rollout that is promoted. It holds names of secrets, never their values.
 */
export function settingsOf({ config, watchdogImage }: Pick<Run, 'config' | 'watchdogImage'>): RecordedSettings {
  return { config, engineImage: watchdogImage };
}

/**
 * Reads the settings of a model from the cluster. Throws `rollout/nothing-to-undo` when ml-deploy does not know it there,
 * `rollout/no-settings` when nothing was recorded (an older engine, or a Deployment that was only adopted), `rollout/no-namespace`.
 */
export async function recordedSettings(ref: ModelRef, api: KubeApi): Promise<RecordedSettings> {
  const { model, namespace } = ref;
  const { state } = await StateStore.load(api, ref);
  if (state === null) {
    await requireNamespace(api, namespace);
    throw new MlDeployError({
      code: 'rollout/nothing-to-undo',
      kind: 'usage',
      message: `ml-deploy knows no model ${model} in namespace ${namespace}.`,
      hint: `\`ml-deploy status --model ${model} --namespace ${namespace}\` names those that it knows there.`,
    });
  }
  if (state.settings !== undefined) return state.settings;
  throw new MlDeployError({
    code: 'rollout/no-settings',
    kind: 'usage',
    message: `The settings of ${model} in namespace ${namespace} (pods, autoscaler, route, watchdog) are not recorded in the cluster: no rollout was promoted there by this version of ml-deploy.`,
    hint: 'Run the command in the folder of mldeploy.yaml, without --model and --namespace. `ml-deploy rollback` needs no settings.',
  });
}
