import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { RequirementsFile } from '../../server/image-plan.ts';
import { normalName } from '../../server/requirements-text.ts';
import {
  installerFailed,
  runInstaller,
  targetArguments,
  type Installer,
  type InstallTarget,
} from '../builders/oci/installer.ts';
import { pinOf, withoutHashes } from './requirements-text.ts';

/** What is resolved, by whom, and for whom. */
export interface Resolution {
  readonly installer: Installer;
  readonly target: InstallTarget;
  readonly requirements: readonly RequirementsFile[];
  /** Versions to keep where the requirements allow it; null: the newest of everything. */
  readonly preferred: Packages | null;
  readonly secrets: readonly { readonly id: string; readonly file: string }[];
  readonly environment: Readonly<Record<string, string>>;
  /** An existing empty folder. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

type Packages = Readonly<Record<string, readonly string[]>>;

/**
 * Chooses an exact version of every package, and learns the digests of its files.
 * @param resolution what is asked for
 * @returns `name==version` with digests, sorted
 * @throws MlDeployError `build/no-wheel`, `build/failed`, `build/other-files`
 */
export async function resolvePackages(resolution: Resolution): Promise<Packages> {
  const { requirements, folder } = resolution;
  const given = new Map<string, readonly string[]>();
  const inputs: string[] = [];
  for (const { name, text, constraints } of requirements) {
    const { text: plain, hashes } = withoutHashes(text);
    for (const [pin, digests] of hashes) given.set(pin, [...(given.get(pin) ?? []), ...digests]);
    await writeFile(join(folder, name), plain);
    inputs.push('-r', join(folder, name));
    if (constraints === null) continue;
    await writeFile(join(folder, `constraints-${name}`), constraints);
    inputs.push('-c', join(folder, `constraints-${name}`));
  }
  const found =
    resolution.installer.name === 'uv' ? await compile(resolution, inputs) : await report(resolution, inputs);
  return Object.fromEntries(
    [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([requirement, digests]) => [requirement, agreed(requirement, digests, given)]),
  );
}

/** Digests that the requirements name themselves are the only ones that count. */
function agreed(
  requirement: string,
  digests: readonly string[],
  given: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const named = given.get(pinOf(requirement) ?? '');
  const both = (named === undefined ? digests : digests.filter((digest) => named.includes(digest))).toSorted();
  if (both.length > 0) return both;
  throw new MlDeployError({
    code: 'build/other-files',
    kind: 'infrastructure',
    message: `the package index has other files of ${requirement} than those whose digests the requirements name`,
    hint: 'Do not build from that index before you know why: files of a published version never change.',
  });
}

/** uv writes a requirements file, and begins with the versions that it finds in it. */
async function compile(resolution: Resolution, inputs: readonly string[]): Promise<Map<string, string[]>> {
  const { installer, target, preferred, folder } = resolution;
  const output = join(folder, 'locked.txt');
  if (preferred !== null) await writeFile(output, `${Object.keys(preferred).join('\n')}\n`);
  await succeed(resolution, [
    'compile',
    '--quiet',
    ...targetArguments(installer, target),
    ...['--generate-hashes', '--no-header', '--no-annotate', '--only-binary', ':all:', '--output-file', output],
    ...inputs.filter((input) => input !== '-r'),
  ]);
  const found = new Map<string, string[]>();
  for (const line of (await readFile(output, 'utf8')).replaceAll(/\\\r?\n/g, ' ').split('\n')) {
    const hashes = [...line.matchAll(/--hash=(\S+)/g)].map(([, hash]) => hash ?? '');
    const requirement = (line.split(/\s--hash=/)[0] ?? '').replaceAll(/\s+/g, '');
    if (requirement !== '' && !requirement.startsWith('#') && !requirement.startsWith('-'))
      found.set(requirement, hashes);
  }
  return found;
}

interface PipReport {
  readonly install: readonly {
    readonly download_info: {
      readonly url: string;
      readonly archive_info?: { readonly hashes?: Record<string, string> };
    };
    readonly is_direct?: boolean;
    readonly metadata: { readonly name: string; readonly version: string };
  }[];
}

/** pip only tells what it would install: one file per package. It keeps versions when they are constraints. */
async function report(resolution: Resolution, inputs: readonly string[]): Promise<Map<string, string[]>> {
  const { installer, target, preferred, folder } = resolution;
  const output = join(folder, 'report.json');
  const args = [
    ...['install', '--dry-run', '--ignore-installed', '--quiet', '--report', output, '--target', join(folder, 'none')],
    ...targetArguments(installer, target),
    ...['--only-binary', ':all:', ...inputs],
  ];
  await mkdir(join(folder, 'none'), { recursive: true });
  if (preferred === null) {
    await succeed(resolution, args);
  } else {
    const keep = join(folder, 'keep.txt');
    await writeFile(keep, `${Object.keys(preferred).join('\n')}\n`);
    // What is asked for now may not go with what was chosen then.
    await succeed(resolution, [...args, '-c', keep]).catch(async (error: unknown) => {
      if (error instanceof MlDeployError && error.kind === 'interrupted') throw error;
      await succeed(resolution, args);
    });
  }
  const found = new Map<string, string[]>();
  const { install } = JSON.parse(await readFile(output, 'utf8')) as PipReport;
  for (const { download_info: from, is_direct: direct, metadata } of install) {
    const sha256 = from.archive_info?.hashes?.['sha256'];
    const name = normalName(metadata.name);
    const requirement = direct === true ? `${name}@${from.url}` : `${name}==${metadata.version}`;
    if (sha256 !== undefined) found.set(requirement, [`sha256:${sha256}`]);
  }
  return found;
}

async function succeed(resolution: Resolution, args: readonly string[]): Promise<void> {
  const { installer, target, secrets, environment, signal, onLine } = resolution;
  const ended = await runInstaller({ installer, arguments: args, secrets, environment, signal, onLine });
  if (ended.exitCode === 0) return;
  const where = `the requirements (Python ${target.version}, ${target.wheels.label})`;
  throw installerFailed(installer, `${ended.stdout}\n${ended.stderr}`, where);
}
