import { readFile } from 'node:fs/promises';

import { MlDeployError } from '../../../errors.ts';
import { run } from '../../../process/run.ts';
import { longestSilenceMs } from '../log.ts';
import { installerSettings } from './installer-settings.ts';
import type { WheelTarget } from './wheel-platforms.ts';

/** The program that fetches and unpacks wheels; it never runs anything of them. */
export interface Installer {
  readonly name: 'uv' | 'pip';
  readonly version: string;
  readonly command: string;
  /** Arguments before everything else. */
  readonly prefix: readonly string[];
}

const answerMs = 30_000;
/** Looked for where there is no plain `python3`. */
const supportedPythons = ['3.10', '3.11', '3.12', '3.13', '3.14'];

/** What the installer has to install for. */
export interface InstallTarget {
  /** Of the base's Python: `3.11`. */
  readonly version: string;
  readonly wheels: WheelTarget;
}

/**
 * The installer to use: uv when it is there, since it is many times faster and knows every platform; else the pip of a Python of the
 * same version and machine, because pip judges conditions such as `python_version < "3.12"` by the Python that runs it.
 * @param environment with PATH
 * @param signal aborts the search
 * @param target null when it is not known yet: any installer will do
 * @returns null when there is none
 */
export async function findInstaller(
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
  target: InstallTarget | null,
): Promise<Installer | null> {
  if (target === null || target.wheels.uv !== null) {
    const output = await answerOf('uv', ['--version'], environment, signal);
    const version = /\d+(\.\d+)+/.exec(output ?? '')?.[0];
    if (version !== undefined) return { name: 'uv', version, command: 'uv', prefix: ['pip'] };
  }
  if (target !== null && target.wheels.machine !== thisMachine()) return null;
  const named = target === null ? supportedPythons : [target.version];
  const pythons = ['python3', ...named.map((version) => `python${version}`), 'python'];
  for (const command of pythons) {
    const prefix = ['-m', 'pip'];
    const output = await answerOf(command, [...prefix, '--version'], environment, signal);
    const [, version, python] = /^pip (\S+) .*\(python (\d+\.\d+)\)/m.exec(output ?? '') ?? [];
    if (version === undefined || (target !== null && python !== target.version)) continue;
    return { name: 'pip', version, command, prefix };
  }
  return null;
}

/**
 * The error for a machine without an installer.
 * @param target what has to be installed for
 * @returns `build/no-installer`
 */
export function noInstaller(target: InstallTarget): MlDeployError {
  const { version, wheels } = target;
  return new MlDeployError({
    code: 'build/no-installer',
    kind: 'infrastructure',
    message: `no program here can fetch packages for Python ${version}, ${wheels.label}: there is no uv on PATH, and no pip of that Python on such a machine`,
    hint: `Install uv (pip install uv, or its own installer), or python${version} with pip.`,
  });
}

/** Machine of this very process in the words of Python; null on another system than Linux. */
function thisMachine(): string | null {
  const machines: Readonly<Record<string, string>> = {
    x64: 'x86_64',
    arm64: 'aarch64',
    s390x: 's390x',
    ppc64: 'ppc64le',
  };
  return process.platform === 'linux' ? (machines[process.arch] ?? null) : null;
}

/** What a program prints; null: it is not there, or fails. */
async function answerOf(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const ended = await run({ command, args, environment, signal, timeoutMs: answerMs });
    return ended.exitCode === 0 ? ended.stdout : null;
  } catch (error) {
    if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    return null;
  }
}

/** One run of the installer. */
export interface Installation {
  readonly installer: Installer;
  readonly arguments: readonly string[];
  /** For pip's configuration and certificate authorities: id -> absolute path. */
  readonly secrets: readonly { readonly id: string; readonly file: string }[];
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
  readonly onUnknownSetting?: (message: string) => void;
}

/**
 * Runs the installer.
 * @param installation what it is told
 * @returns its exit code and what it printed
 * @throws MlDeployError `process/*`
 */
export async function runInstaller(
  installation: Installation,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const { installer, secrets, signal, onLine } = installation;
  const pipconf = secrets.find(({ id }) => id === 'pipconf')?.file;
  const ca = secrets.find(({ id }) => id === 'ca')?.file;
  const settings = await installerSettings(
    installation.environment,
    pipconf === undefined ? null : await readFile(pipconf, 'utf8'),
  );
  const uv = installer.name === 'uv';
  if (uv && settings.uvUnknown.length > 0) {
    installation.onUnknownSetting?.(
      `uv has no equal for ${settings.uvUnknown.join(', ')} in the secret pipconf: without uv on PATH pip is used, which knows them`,
    );
  }
  const environment = {
    ...settings.environment,
    ...ownSettings,
    ...(ca === undefined ? {} : { SSL_CERT_FILE: ca, PIP_CERT: ca, REQUESTS_CA_BUNDLE: ca }),
  };
  return run({
    command: installer.command,
    args: [...installer.prefix, ...installation.arguments, ...(uv ? settings.uvArguments : [])],
    environment,
    signal,
    silenceMs: longestSilenceMs,
    onLine,
  });
}

/** How the installers work here. */
const ownSettings = {
  PIP_USER: '0',
  PIP_REQUIRE_VIRTUALENV: '0',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  PIP_ROOT_USER_ACTION: 'ignore',
  PIP_NO_INPUT: '1',
  UV_COMPILE_BYTECODE: '0',
  UV_LINK_MODE: 'copy',
  UV_NO_PROGRESS: '1',
};

/**
 * Arguments of an installation. pip's are no variables: for options that begin with `no`, a variable that is true means the opposite.
 * @param installer which one
 * @returns no byte code, which nobody would take over; no words about other packages of this machine
 */
export function quietArguments(installer: Installer): readonly string[] {
  return installer.name === 'uv' ? [] : ['--no-compile', '--no-warn-conflicts', '--progress-bar', 'off'];
}

/**
 * Arguments that name the Python of the image to the installer.
 * @param installer which one
 * @param target Python, machine and C library
 * @returns for `install` and for uv's `compile`
 */
export function targetArguments(installer: Installer, target: InstallTarget): string[] {
  const { version, wheels } = target;
  if (installer.name === 'uv') {
    return ['--no-config', '--python-version', version, '--python-platform', wheels.uv ?? ''];
  }
  return [
    ...['--python-version', version, '--implementation', 'cp'],
    ...wheels.pip.flatMap((platform) => ['--platform', platform]),
  ];
}

const shownLines = 15;

/**
 * The error for an installer that failed, in its own words.
 * @param installer which one
 * @param output what it printed
 * @param where the requirements file and the target, for the message
 * @returns `build/no-wheel` when a package is not there for the image, else `build/failed`
 */
export function installerFailed(installer: Installer, output: string, where: string): MlDeployError {
  const words = output.trimEnd().split('\n').slice(-shownLines).join('\n');
  if (/No space left on device|ENOSPC|os error 28/.test(output)) {
    return new MlDeployError({
      code: 'build/disk-full',
      kind: 'infrastructure',
      message: `${installer.name} could not install ${where}: the disk is full\n${words}`,
      hint: 'Make room: packages are unpacked below .mldeploy/ and in the cache of the installer.',
    });
  }
  const certificate = /CERTIFICATE_VERIFY_FAILED|UnknownIssuer|invalid peer certificate/i.test(output);
  const offline =
    /name resolution|dns error|Connection refused|timed? ?out|NewConnectionError|error sending request/i.test(output);
  const missing =
    /no usable wheels|no wheels? with a matching|No matching distribution found|not found in the package registry|no versions? of/i;
  if (!certificate && !offline && missing.test(output)) {
    return new MlDeployError({
      code: 'build/no-wheel',
      kind: 'usage',
      message: `a package has no ready-built wheel for the image: ${where}\n${words}`,
      hint: 'Choose a version that has one (its files are listed on the package index), another image.base, or image.builder: buildkit, which can compile inside the image.',
    });
  }
  return new MlDeployError({
    code: 'build/failed',
    kind: 'infrastructure',
    message: `${installer.name} could not install ${where}:\n${words}`,
    hint: certificate
      ? 'Give your certificate authorities to the build: image.secrets with the id `ca` and the file of the bundle.'
      : offline
        ? 'There is no way to the package index: check the network, or name your own index in image.secrets with the id `pipconf`.'
        : 'The last lines say what is wrong; correct server.requirements, then build again.',
  });
}
