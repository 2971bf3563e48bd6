import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { MlDeployError } from '../../../errors.ts';
import type { Task } from '../../../pipeline/reporter.ts';
import { run } from '../../../process/run.ts';
import {
  findInstaller,
  installerFailed,
  quietArguments,
  runInstaller,
  type Installer,
} from '../../builders/oci/installer.ts';
import { longestSilenceMs } from '../../builders/log.ts';
import { forget } from './kept.ts';
import type { Prepared } from './run.ts';

/** A Python that the pinned packages are made for. */
interface Python {
  readonly command: string;
  readonly version: string;
  /** Its system, processor and C library, in its own words: packages for one do not fit another. */
  readonly abi: string;
}

/** The pinned numpy is made for Python 3.11 and later. */
export const oldestPythonMinor = 11;
const names = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];
const answerMs = 15_000;

/**
 * Runs the program with a Python of this machine, its packages in a folder of their own. The model was validated, and nothing in it is
 * code: the libraries read it as data.
 * @param prepared files of the run
 * @param task told what happens
 * @throws MlDeployError `build/optimize-failed`, `build/no-wheel`, `build/failed`
 */
export async function runHere(prepared: Prepared, task: Task): Promise<void> {
  const { context, files, out } = prepared;
  const { access, reporter, signal } = context;
  const python = await findPython(access.environment, signal);
  task.update(`install ONNX Runtime for Python ${python.version}`);
  const packages = await installed(prepared, python);
  task.update('optimise and compare');
  const { PATH = '', TMPDIR } = access.environment;
  const ended = await run({
    command: python.command,
    args: ['-B', '-s', join(files, 'tool'), join(files, 'job'), out],
    environment: { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), PYTHONPATH: packages, PYTHONHASHSEED: '0' },
    signal,
    silenceMs: longestSilenceMs,
    onLine: (line) => reporter.output('python', line),
  });
  if (ended.exitCode === 0) return;
  throw new MlDeployError({
    code: 'build/optimize-failed',
    kind: 'infrastructure',
    message: `the program that optimises ONNX models ended with exit code ${ended.exitCode}:\n${ended.stderr.trimEnd().split('\n').slice(-8).join('\n')}`,
    hint: 'Exit code -9 or 137 means that memory ran out. With a builder that runs things (image.builder: buildkit, buildx or buildah) it runs in the build instead.',
  });
}

/**
 * A Python of this machine.
 * @param environment with PATH
 * @param signal aborts the search
 * @throws MlDeployError `build/optimize-failed` when there is none that is new enough
 */
export async function findPython(environment: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Python> {
  for (const command of names) {
    try {
      const print =
        'import sys, sysconfig as s; print("%d.%d" % sys.version_info[:2], s.get_platform(), s.get_config_var("SOABI"))';
      const ended = await run({ command, args: ['-I', '-c', print], environment, signal, timeoutMs: answerMs });
      const [version = '', ...abi] = ended.stdout.trim().split(' ');
      if (ended.exitCode === 0 && Number(/^3\.(\d+)$/.exec(version)?.[1]) >= oldestPythonMinor)
        return { command, version, abi: abi.join(' ') };
    } catch (error) {
      if (!(error instanceof MlDeployError) || error.kind === 'interrupted') throw error;
    }
  }
  throw new MlDeployError({
    code: 'build/optimize-failed',
    kind: 'infrastructure',
    message: `ONNX models are optimised by a program in Python, the builder oci runs nothing in containers, and there is no Python 3.${oldestPythonMinor} or later on PATH`,
    hint: `Install Python 3.${oldestPythonMinor} or later here, or take a builder that runs it in the build: image.builder: buildkit, buildx or buildah.`,
  });
}

/** The packages, from an earlier build or new. */
async function installed({ context, files }: Prepared, python: Python): Promise<string> {
  const { access, config, reporter, signal } = context;
  const requirements = join(files, 'requirements.txt');
  const key = createHash('sha256')
    .update(`${python.version} ${python.abi}\n`)
    .update(await readFile(requirements))
    .digest('hex');
  const parent = join(access.root, '.mldeploy', 'cache', 'optimize-tools');
  const kept = join(parent, key);
  await mkdir(parent, { recursive: true });
  await forget(parent);
  if ((await stat(kept).catch(() => null)) !== null) {
    const now = new Date();
    await utimes(kept, now, now);
    return kept;
  }
  const part = join(parent, `${key}.${randomUUID()}.part`);
  const installer = await installerFor(python, access.environment, signal);
  const ended = await runInstaller({
    installer,
    arguments: [
      'install',
      ...(installer.name === 'uv' ? ['--no-config', '--python', python.command] : []),
      ...quietArguments(installer),
      ...['--only-binary', ':all:', '--require-hashes', '--target', part, '-r', requirements],
    ],
    secrets: config.image.secrets.map(({ id, file }) => ({ id, file: resolve(access.root, file) })),
    environment: access.environment,
    signal,
    onLine: (line) => reporter.output(installer.name, line),
  });
  if (ended.exitCode !== 0) {
    await rm(part, { recursive: true, force: true });
    throw installerFailed(installer, `${ended.stdout}\n${ended.stderr}`, `ONNX Runtime (Python ${python.version})`);
  }
  // Another build may have put the same there meanwhile.
  await rename(part, kept).catch(() => rm(part, { recursive: true, force: true }));
  return kept;
}

async function installerFor(
  { command }: Python,
  environment: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Installer> {
  const found = await findInstaller(environment, signal, null);
  if (found?.name === 'uv') return found;
  return { name: 'pip', version: '', command, prefix: ['-m', 'pip'] };
}
