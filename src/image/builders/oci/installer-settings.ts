import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { pipValues, uvSettings } from './pip-configuration.ts';

/** What the installers are told, whatever else the user's own settings for other work say. */
export interface InstallerSettings {
  /** For the installer: without the user's PIP_* and UV_* variables that decide what is chosen. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where packages come from; it decides what is installed. */
  readonly sources: Readonly<Record<string, string>>;
  /** Arguments for uv that have no variable. */
  readonly uvArguments: readonly string[];
  /** Keys of the secret that uv has no equal for. */
  readonly uvUnknown: readonly string[];
}

/** How an index is reached, and where files are kept: nothing of it decides what is installed. */
const connection =
  /^(PIP_(CACHE_DIR|NO_CACHE_DIR|PROXY|TIMEOUT|DEFAULT_TIMEOUT|RETRIES|CERT|CLIENT_CERT|KEYRING_PROVIDER)|UV_(CACHE_DIR|NO_CACHE|OFFLINE|HTTP_\w+|REQUEST_TIMEOUT|CONCURRENT_\w+|NATIVE_TLS|SYSTEM_CERTS|KEYRING_PROVIDER|PYTHON|PYTHON_INSTALL_DIR|PYTHON_DOWNLOADS|PYTHON_PREFERENCE|MANAGED_PYTHON|NO_MANAGED_PYTHON))$/;
/** Where packages come from. */
const source =
  /^(PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST)|UV_(DEFAULT_INDEX|INDEX|INDEX_URL|EXTRA_INDEX_URL|INDEX_STRATEGY|FIND_LINKS|NO_INDEX|INSECURE_HOST|INDEX_\w+_(USERNAME|PASSWORD)))$/;

/**
 * What the installers are told. The secret `pipconf` alone says where packages come from when there is one; else the sources of this
 * machine do: pip's configuration files and the variables of pip and uv. Everything else of them (constraints, exclusions, the choice of
 * versions) is left out, so that what is built does not depend on who builds.
 * @param environment of this program
 * @param pipconf content of the secret; null: there is none
 * @returns the environment for the installer, and what of it decides what is installed
 */
export async function installerSettings(
  environment: Readonly<Record<string, string>>,
  pipconf: string | null,
): Promise<InstallerSettings> {
  const own = Object.entries(environment);
  const kept = own.filter(([name]) => !/^(PIP|UV)_/i.test(name) || connection.test(name));
  // No configuration file of pip counts by itself: what is meant of them is in variables.
  const configured = Object.entries<string>(
    Object.assign({}, ...(await configurationFiles(environment)).map(variables)) as Record<string, string>,
  );
  const reached = Object.fromEntries(configured.filter(([name]) => connection.test(name)));
  const common = { ...reached, ...Object.fromEntries(kept), PIP_CONFIG_FILE: '/dev/null', UV_NO_CONFIG: '1' };
  if (pipconf !== null) {
    const uv = uvSettings(pipconf);
    const sources = { ...variables(pipconf), ...uv.environment };
    return { environment: { ...common, ...sources }, sources, uvArguments: uv.arguments, uvUnknown: uv.unknown };
  }
  const found = Object.fromEntries([...configured, ...own].filter(([name]) => source.test(name)));
  const sources = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { environment: { ...common, ...sources }, sources, uvArguments: [], uvUnknown: [] };
}

/** pip's own translation: `index-url` is PIP_INDEX_URL; lists are separated by spaces. */
function variables(text: string): Record<string, string> {
  return Object.fromEntries(
    [...pipValues(text)].map(([key, value]) => [`PIP_${key.toUpperCase().replaceAll('-', '_')}`, value]),
  );
}

/** The files that pip reads on Linux, in its order: of the machine, the user, the virtual environment, and the one that is named. */
async function configurationFiles(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const { HOME, XDG_CONFIG_HOME, XDG_CONFIG_DIRS, VIRTUAL_ENV, PIP_CONFIG_FILE } = environment;
  if (PIP_CONFIG_FILE === '/dev/null') return [];
  const home = HOME ?? '/nonexistent';
  const paths = [
    ...(XDG_CONFIG_DIRS ?? '/etc/xdg')
      .split(':')
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, 'pip', 'pip.conf')),
    '/etc/pip.conf',
    join(home, '.pip', 'pip.conf'),
    join(XDG_CONFIG_HOME ?? join(home, '.config'), 'pip', 'pip.conf'),
    ...(VIRTUAL_ENV === undefined ? [] : [join(VIRTUAL_ENV, 'pip.conf')]),
    ...(PIP_CONFIG_FILE === undefined ? [] : [PIP_CONFIG_FILE]),
  ];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8').catch(() => null)));
  return texts.filter((text) => text !== null);
}
