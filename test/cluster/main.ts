import { addons } from './addons/index.ts';
import { abandonStart, ensureCluster, findCluster, removeClusterIn } from './cluster.ts';
import { stateFolder } from './state.ts';

const usage = `usage: node test/cluster/main.ts up [--with ${Object.keys(addons).join(',')}] | down | status | env`;

function fail(message: string, code: number): never {
  console.error(message);
  process.exit(code);
}

/** Names after --with, separated by commas. */
function requestedAddons(args: readonly string[]): string[] {
  const names: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const value = args[at + 1];
    if (args[at] !== '--with' || value === undefined) fail(usage, 2);
    names.push(...value.split(',').filter((name) => name !== ''));
    at += 1;
  }
  const unknown = names.filter((name) => !(name in addons));
  if (unknown.length > 0) fail(`no add-on is called ${unknown.join(', ')}\n${usage}`, 2);
  return names;
}

process.stdout.on('error', () => undefined); // whoever read our lines has gone; go on without
const onProgress = (line: string): void => console.log(line);

async function up(args: readonly string[]): Promise<void> {
  const components = requestedAddons(args);
  const folder = stateFolder();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      console.error('interrupted: removing what was started');
      void abandonStart(folder).finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
    });
  }
  const cluster = await ensureCluster({ components, onProgress, folder });
  console.log(`cluster ready
  kubeconfig  ${cluster.kubeconfigPath}
  API server  ${cluster.state.server}
  registry    ${cluster.registry}
  builder     ${cluster.buildkitAddress}
  add-ons     ${Object.keys(cluster.addons).join(', ') || 'none'}`);
}

async function status(): Promise<void> {
  const cluster = await findCluster();
  if (!cluster) fail(`no cluster runs in ${stateFolder()}`, 1);
  console.log(JSON.stringify(cluster.state, null, 2));
}

/** For `eval "$(node test/cluster/main.ts env)"`. */
async function env(): Promise<void> {
  const cluster = await findCluster();
  if (!cluster) fail(`no cluster runs in ${stateFolder()}`, 1);
  const { state } = cluster;
  const variables = {
    KUBECONFIG: state.kubeconfig,
    KUBECTL: state.kubectl,
    BUILDCTL: state.buildctl,
    BUILDKIT_HOST: state.buildkit,
    REGISTRY: state.registry,
    CA_BUNDLE: state.caBundle,
  };
  for (const [name, value] of Object.entries(variables))
    console.log(`export ${name}='${value.replaceAll("'", `'\\''`)}'`);
}

const [command, ...args] = process.argv.slice(2);
try {
  if (command === 'up') await up(args);
  else if (args.length > 0) fail(usage, 2);
  else if (command === 'down') await removeClusterIn(stateFolder(), onProgress);
  else if (command === 'status') await status();
  else if (command === 'env') await env();
  else fail(usage, 2);
} catch (error) {
  fail(error instanceof Error ? error.message : String(error), 4);
}
