/**
 * Builds the engine image with BuildKit, pushes it and prints `REPOSITORY@sha256:...` on standard output. The same dist/ and base give
 * the same digest.
 *
 *   node scripts/engine-image.ts --repository HOST/NAME [--buildctl PROGRAM] [--addr ADDRESS] [--insecure] [--dist FOLDER] [--ca FILE]
 */
import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';

const root = new URL('..', import.meta.url).pathname;

export interface EngineImageOptions {
  /** `host/name` without tag. */
  readonly repository: string;
  /** Program, `buildctl` on PATH unless given. */
  readonly buildctl?: string | undefined;
  /** BuildKit address; BUILDKIT_HOST unless given. */
  readonly address?: string | undefined;
  /** Registry speaks plain HTTP. */
  readonly insecure?: boolean | undefined;
  /** Bundle to put in, the committed dist/ unless given. */
  readonly dist?: string | undefined;
  /** File with certificate authorities, for a network that has its own. */
  readonly ca?: string | undefined;
}

/** Builds and pushes; resolves to `repository@digest`. */
export async function buildEngineImage(options: EngineImageOptions): Promise<string> {
  const context = mkdtempSync(join(tmpdir(), 'ml-deploy-engine-'));
  try {
    cpSync(options.dist ?? join(root, 'dist'), join(context, 'dist'), { recursive: true });
    copyFileSync(join(root, 'Dockerfile'), join(context, 'Dockerfile'));
    const metadata = join(context, 'metadata.json');
    const output = [
      'type=image',
      `name=${options.repository}:engine`,
      'push=true',
      'oci-mediatypes=true',
      'rewrite-timestamp=true',
    ];
    if (options.insecure === true) output.push('registry.insecure=true');
    await promisify(execFile)(
      options.buildctl ?? 'buildctl',
      [
        ...(options.address === undefined ? [] : ['--addr', options.address]),
        ...['build', '--progress', 'plain', '--frontend', 'dockerfile.v0'],
        ...['--local', `context=${context}`, '--local', `dockerfile=${context}`],
        ...['--opt', 'build-arg:SOURCE_DATE_EPOCH=0'],
        ...(options.ca === undefined ? [] : ['--secret', `id=ca,src=${options.ca}`]),
        ...['--output', output.join(','), '--metadata-file', metadata],
      ],
      { timeout: 600_000, maxBuffer: 64 * 1024 * 1024 },
    );
    const { 'containerimage.digest': digest } = JSON.parse(readFileSync(metadata, 'utf8')) as Record<string, string>;
    if (digest === undefined) throw new Error('BuildKit reported no digest for the engine image');
    return `${options.repository}@${digest}`;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      repository: { type: 'string' },
      buildctl: { type: 'string' },
      addr: { type: 'string' },
      insecure: { type: 'boolean' },
      dist: { type: 'string' },
      ca: { type: 'string' },
    },
  });
  if (values.repository === undefined) {
    console.error('engine-image: --repository HOST/NAME is needed');
    process.exit(2);
  }
  const { repository, buildctl, insecure, dist, ca } = values;
  console.log(await buildEngineImage({ repository, buildctl, insecure, dist, ca, address: values.addr }));
}
