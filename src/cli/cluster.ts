import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MlDeployError } from '../errors.ts';
import type { KubeApi } from '../kubernetes/api.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import type { Invocation } from './command.ts';
import { configName, withSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';

/** Which model where: all that `rollback` and `status` need. */
export interface Target {
  readonly model: string;
  readonly namespace: string;
}

/** A session with a model in a cluster. */
export interface TargetSession extends Session {
  readonly target: Target;
  readonly api: KubeApi;
}

/** Connects to the cluster, runs `work` and closes the connection. A cluster that does not answer is told while it is tried again. */
export async function withCluster<T>(
  { access: places, reporter }: Pick<Session, 'access'> & { readonly reporter: Reporter },
  work: (api: KubeApi) => Promise<T>,
): Promise<T> {
  const { connect } = await import('../kubernetes/client.ts');
  const { kubeconfig, kubeContext: context, environment } = places;
  const onSilence = (message: string): void => reporter.note('warning', message);
  const api = await connect({ kubeconfig, context, environment, onSilence });
  try {
    return await work(api);
  } finally {
    api.close();
  }
}

/** As withSession, for commands that need only the name of a model and its namespace. */
export async function withTarget(
  invocation: Invocation,
  work: (session: TargetSession) => Promise<number>,
  options: SessionOptions = {},
): Promise<number> {
  const target = await targetOf(invocation);
  return withSession(
    invocation,
    invocation.host.cwd,
    (session) => withCluster(session, (api) => work({ ...session, target, api })),
    options,
  );
}

/** What --model and --namespace say; the configuration fills in what they leave open. */
async function targetOf({ host, options }: Invocation): Promise<Target> {
  const model = options.text('model');
  const namespace = options.text('namespace');
  if (model !== null && namespace !== null) return { model, namespace };
  const file = configName(options);
  const path = resolve(host.cwd, file);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) {
    throw new MlDeployError({
      code: 'cli/no-target',
      kind: 'usage',
      message: `which model? There is no ${file} here, and --model and --namespace do not say it`,
      hint: 'Name both: --model NAME --namespace NAME',
    });
  }
  const { loadConfig } = await import('../config/load.ts');
  const config = await loadConfig(path, options.text('environment'), file);
  return { model: model ?? config.name, namespace: namespace ?? config.deploy.namespace };
}
