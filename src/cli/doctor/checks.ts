import type { Config } from '../../config/config.ts';
import type { KubeApi } from '../../kubernetes/api.ts';
import { MlDeployError } from '../../errors.ts';
import type { Check, CheckContext, Found } from './check.ts';
import { gpuChecks } from './gpu-checks.ts';

const needsConfig = ({ config }: CheckContext): string | null =>
  config === null ? 'there is no mldeploy.yaml here (`ml-deploy init` writes one)' : null;
const always = (): null => null;

/** Everything that `doctor` looks at, in the order of a deploy. */
export const checks: readonly Check[] = [
  { title: 'Node', skip: always, run: () => Promise.resolve(`${process.versions.node}, 24 or newer is needed`) },
  {
    title: 'configuration',
    skip: needsConfig,
    run: ({ config }) => Promise.resolve(`${config?.name ?? ''} for environment ${config?.environment ?? '(none)'}`),
  },
  { title: 'model files', skip: needsConfig, run: model },
  { title: 'builder', skip: always, run: builder },
  { title: 'registry', skip: needsConfig, run: registry },
  { title: 'cluster', skip: always, run: cluster },
  { title: 'rights in the cluster', after: 'cluster', skip: needsConfig, run: rights },
  { title: 'watchdog image', skip: needsConfig, run: watchdog },
  ...gpuChecks,
];

async function model(context: CheckContext): Promise<string> {
  const { config } = known(context);
  const { validateStage } = await import('../../model/stage.ts');
  await validateStage.preflight({ ...known(context), evidence: {} });
  return config.model.path;
}

async function builder({ config, access, signal }: CheckContext): Promise<string> {
  const [{ chooseBuilder }, { needsOf }, { placesOf }] = await Promise.all([
    import('../../image/builders/index.ts'),
    import('../../image/builders/needs.ts'),
    import('../../image/builders/places.ts'),
  ]);
  // Most projects install packages.
  const needs = config === null ? { dockerfile: false, packages: true, layoutBase: false } : needsOf(config);
  const { why } = await chooseBuilder(config?.image.builder ?? 'auto', needs, placesOf(access), signal);
  return why;
}

async function registry(context: CheckContext): Promise<string> {
  const { config, access, signal } = known(context);
  const { RegistryClient } = await import('../../oci/registry.ts');
  const { parseRepository } = await import('../../oci/repository.ts');
  const { findCredentials } = await import('../../oci/credentials.ts');
  const repository = parseRepository(config.image.repository);
  const client = new RegistryClient({
    repository,
    insecure: config.image.insecure,
    credentials: () => findCredentials(repository.host, access),
    signal,
  });
  await client.checkPush();
  return `${config.image.repository} takes a push`;
}

async function cluster(context: CheckContext): Promise<Found> {
  try {
    return await connected(context, async (api) => {
      const { body } = await api.raw({ method: 'GET', path: '/version' });
      const { gitVersion = 'of unknown version' } = JSON.parse(body) as { gitVersion?: string };
      return `${api.server}, Kubernetes ${gitVersion}`;
    });
  } catch (error) {
    // Without a project somebody looks at a runner, which may well test without a cluster.
    if (!(error instanceof MlDeployError) || error.code !== 'kubernetes/no-cluster' || context.config !== null)
      throw error;
    return { detail: 'none is configured', hint: null, absent: true };
  }
}

async function rights(context: CheckContext): Promise<string> {
  const { config, reporter } = known(context);
  const { checkRights } = await import('../../rollout/preflight.ts');
  const { missingSecrets } = await import('../../notify/notifier.ts');
  return connected(context, async (api) => {
    for (const note of await checkRights(api, config)) reporter.note('warning', note);
    for (const note of missingSecrets(config.notify, context.access.environment)) reporter.note('warning', note);
    return `enough for a rollout in namespace ${config.deploy.namespace}`;
  });
}

async function watchdog(context: CheckContext): Promise<string> {
  const { config } = known(context);
  if (!config.rollout.watchdog.enabled) return 'off: nobody restores the stable version when this machine dies';
  const { engineImage } = await import('../../rollout/begin.ts');
  return engineImage(known(context));
}

/** The context of a check that is skipped without a configuration. */
function known(context: CheckContext): CheckContext & { readonly config: Config } {
  const { config } = context;
  if (config === null) throw new Error('this check needs a configuration');
  return { ...context, config };
}

async function connected<T>(context: CheckContext, work: (api: KubeApi) => Promise<T>): Promise<T> {
  const { withCluster } = await import('../cluster.ts');
  return withCluster(context, work);
}
