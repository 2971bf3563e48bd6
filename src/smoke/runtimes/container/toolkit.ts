import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Distribution, distributionOf } from '../../../process/distribution.ts';
import { run } from '../../../process/run.ts';
import { asArray, asObject } from '../../../server/protocols/json.ts';
import type { Engine } from './engine.ts';

/** What this machine has for handing GPUs to containers. */
export interface Toolkit {
  /** Version of the NVIDIA Container Toolkit; null: `nvidia-ctk` is not there. */
  readonly version: string | null;
  /** Full names of devices (`nvidia.com/gpu=0`) that this engine can resolve. */
  readonly cdi: readonly string[];
  /** Why the engine takes no such names, or not all that are described; null: it does. */
  readonly noCdi: string | null;
  /** What carries out Docker's `--gpus`: the toolkit's hook; or nobody knows, but a runtime `nvidia` is set up; null: nothing. */
  readonly gpusOption: 'hook' | 'runtime' | null;
  /** Whose commands a fix has. */
  readonly distribution: Distribution;
}

/** Where descriptions of devices lie, of the administrator and of services. Source: the Container Device Interface, section "CDI JSON specification". */
const defaultFolders: readonly string[] = ['/etc/cdi', '/var/run/cdi'];

/**
 * The newest version of descriptions that an engine reads, from a version of its own on; one that is newer is passed over without a word.
 * Sources: the version of container-device-interface in `go.mod` of podman 4.1 to 5.5 and in `vendor.mod` of moby 25.0 to 28.0.
 */
const readable: Readonly<Record<Engine['name'], readonly (readonly [from: string, described: string])[]>> = {
  podman: [
    ['5.5', '1.0'],
    ['5.2', '0.8'],
    ['5.1', '0.7'],
    ['4.7', '0.6'],
    ['4.3', '0.5'],
    ['4.1', '0.4'],
  ],
  docker: [
    ['28.2', '1.0'],
    ['27.1', '0.8'],
    ['27.0', '0.7'],
    ['25.0', '0.6'],
  ],
};

interface Taken {
  /** Where this engine looks for descriptions. */
  readonly folders: readonly string[];
  /** Names that the engine itself has found; null: it does not tell. */
  readonly found: readonly string[] | null;
  /** The newest version of descriptions that it reads. */
  readonly newest: string;
}

/** Looks for the NVIDIA Container Toolkit, descriptions of devices, and what the engine does with them. */
export async function probeToolkit(
  engine: Engine,
  environment: Readonly<Record<string, string>>,
  root = '/',
): Promise<Toolkit> {
  const answer = (command: string, args: readonly string[]) =>
    run({ command, args, environment, timeoutMs: 10_000, graceMs: 100 }).then(
      ({ exitCode, stdout }) => (exitCode === 0 ? stdout : null),
      () => null,
    );
  const docker = engine.name === 'docker';
  const [version, list, info, hook, mode, distribution] = await Promise.all([
    answer('nvidia-ctk', ['--version']),
    answer('nvidia-ctk', ['cdi', 'list']),
    engine.ask(['info', '--format', docker ? '{{json .}}' : '{{.Version.Version}}']).then(
      ({ stdout }) => stdout,
      () => '',
    ),
    docker ? answer('nvidia-container-runtime-hook', ['--version']) : null,
    hookMode(root),
    distributionOf(root),
  ]);
  const facts = docker ? dockerInfo(info) : {};
  const taken = docker ? takenByDocker(facts) : takenByPodman(info.trim());
  const runtime = asObject(facts['Runtimes'])?.['nvidia'] !== undefined;
  return {
    distribution,
    version: /version\s+v?(\d+\.\d+\.\d+)/i.exec(version ?? '')?.[1] ?? null,
    ...(typeof taken === 'string' ? { cdi: [], noCdi: taken } : await resolvable(taken, list ?? '', root)),
    // The hook refuses to work in any other mode.
    gpusOption:
      mode !== null && !['auto', 'legacy'].includes(mode) ? null : hook !== null ? 'hook' : runtime ? 'runtime' : null,
  };
}

function dockerInfo(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text)) ?? {};
  } catch {
    return {};
  }
}

/**
 * Docker takes names of devices from 25 on, when its feature `cdi` is on, which it is from 28.2 on unless switched off; it tells folders only
 * when it is. Its command line takes them from 25 on, too. Sources: cmd/dockerd/daemon.go of moby 25.0, 28.1 and 28.2; moby#49963.
 */
function takenByDocker(info: Readonly<Record<string, unknown>>): Taken | string {
  const server = textOf(info['ServerVersion']);
  const client = textOf(asObject(info['ClientInfo'])?.['Version']);
  if (!atLeast(server, '25.0')) return `docker ${server} takes no CDI names (from 25 on)`;
  const folders = (asArray(info['CDISpecDirs']) ?? []).map(textOf).filter((folder) => folder !== '');
  if (folders.length === 0) {
    return atLeast(server, '28.2')
      ? `CDI is switched off in docker ${server} ("features": {"cdi": false} or an empty "cdi-spec-dirs")`
      : `docker ${server} takes CDI names only with {"features": {"cdi": true}} in /etc/docker/daemon.json`;
  }
  // Older ones do not tell their version here.
  if (!atLeast(client, '25.0'))
    return `the command line of docker (${client || 'older than 25'}) takes no CDI names (from 25 on)`;
  const discovered = asArray(info['DiscoveredDevices'])?.map(asObject);
  const found = discovered?.flatMap((device) => (device?.['Source'] === 'cdi' ? [textOf(device['ID'])] : [])) ?? null;
  return { folders, found, newest: newestFor('docker', server) };
}

function takenByPodman(version: string): Taken | string {
  if (!atLeast(version, '4.1')) return `podman ${version} takes no CDI names (from 4.1 on)`;
  return { folders: defaultFolders, found: null, newest: newestFor('podman', version) };
}

function newestFor(engine: Engine['name'], version: string): string {
  return readable[engine].find(([from]) => atLeast(version, from))?.[1] ?? '0.4';
}

async function resolvable(
  { folders, found, newest }: Taken,
  list: string,
  root: string,
): Promise<Pick<Toolkit, 'cdi' | 'noCdi'>> {
  if (found !== null) return { cdi: found.filter((name) => name.startsWith('nvidia.com/gpu=')), noCdi: null };
  const described = await descriptions(folders, root);
  const newer = described.find(({ version }) => !atLeast(newest, version));
  const noCdi =
    newer === undefined
      ? null
      : `${newer.file} is of version ${newer.version}, and this engine reads descriptions up to ${newest}`;
  // Files that this user may not read, the toolkit may; it looks in its own folders only.
  const usual = folders.some((folder) => defaultFolders.includes(folder));
  const listed = described.length === 0 && usual ? (list.match(/nvidia\.com\/gpu=\S+/g) ?? []) : [];
  const names = described.filter(({ version }) => atLeast(newest, version)).flatMap((file) => file.names);
  return { cdi: [...new Set([...listed, ...names])], noCdi };
}

interface Description {
  readonly file: string;
  /** Such as `0.5.0`. */
  readonly version: string;
  readonly names: readonly string[];
}

/** Descriptions of NVIDIA's GPUs that this user can read. */
async function descriptions(folders: readonly string[], root: string): Promise<Description[]> {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(join(root, folder)).catch((): string[] => []);
      return names.filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => join(folder, name));
    }),
  );
  const texts = await Promise.all(
    files.flat().map(async (file) => ({ file, text: await readFile(join(root, file), 'utf8').catch(() => '') })),
  );
  return texts.flatMap(({ file, text }) => {
    if (!/kind"?:\s*"?nvidia\.com\/gpu"?\s*,?\s*$/m.test(text)) return [];
    const version = /cdiVersion"?:\s*"?v?([\d.]+)/.exec(text)?.[1] ?? '0.3.0';
    // Devices are the entries that begin with a name; hooks and mounts have none.
    const names = [...text.matchAll(/^\s*(?:-\s*)?"?name"?:\s*"?([\w:.-]+)"?,?\s*$/gm)];
    return [{ file, version, names: names.map(([, name]) => `nvidia.com/gpu=${name}`) }];
  });
}

/** How the toolkit was told to work; null: not told. Source: `nvidia-container-runtime.mode` of the toolkit's config.toml. */
async function hookMode(root: string): Promise<string | null> {
  const text = await readFile(join(root, 'etc/nvidia-container-runtime/config.toml'), 'utf8').catch(() => '');
  const section = /^\[nvidia-container-runtime\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? '';
  return /^\s*mode\s*=\s*"([^"]*)"/m.exec(section)?.[1] ?? null;
}

/** Whether a version is this one or later, by its first two numbers; one that is not told is not. */
function atLeast(version: string, least: string): boolean {
  const [major = NaN, minor = 0] = version
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = least.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
