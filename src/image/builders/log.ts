import { MlDeployError } from '../../errors.ts';

const shownLines = 20;

/** A builder that prints nothing for so long waits for something that does not come: half an hour compiles almost everything. */
export const longestSilenceMs = 30 * 60 * 1000;

/**
 * The error of a build that did not succeed, with the last lines of its log and what they point to.
 * @param builder its name for people
 * @param log what it wrote
 * @returns `build/failed`, or `build/no-base`
 */
export function buildFailed(builder: string, log: string): MlDeployError {
  const lines = log.trimEnd().split('\n');
  const base = missingBase(log);
  if (base !== null) {
    return new MlDeployError({
      code: 'build/no-base',
      kind: 'usage',
      message: `the base image ${base} does not exist in its registry (${builder}: ${lastLine(log)})`,
      hint: 'Correct image.base or the FROM of your Dockerfile, or, when mldeploy.lock names a digest that was deleted, run ml-deploy lock --update.',
    });
  }
  return new MlDeployError({
    code: 'build/failed',
    kind: 'infrastructure',
    message: `${builder} could not build the image:\n${lines.slice(-shownLines).join('\n')}`,
    hint: hintFor(log),
  });
}

/** As BuildKit 0.34 and Buildah 1.28 say it. */
function missingBase(log: string): string | null {
  const found =
    /failed to resolve source metadata for (\S+): .*: not found$/m.exec(log) ??
    /initializing source docker:\/\/(\S+): .*manifest unknown/.exec(log);
  return found?.[1] ?? null;
}

function hintFor(log: string): string {
  if (/CERTIFICATE_VERIFY_FAILED|certificate signed by unknown authority/.test(log)) {
    return 'Give your certificate authorities to the build: image.secrets with the id `ca` and the file of the bundle.';
  }
  if (/pull access denied|insufficient_scope|unauthorized: |authentication required/.test(log)) {
    return 'The builder may not pull the base image: log in to its registry, or correct its name.';
  }
  if (/Temporary failure in name resolution|Name or service not known|i\/o timeout|connection refused/.test(log)) {
    return 'The builder has no way to the package index or the registry: check its network.';
  }
  if (/exec format error/i.test(log)) {
    return 'The builder cannot run programs of this platform: install emulation where it runs, or use a builder on such a machine (image.platform).';
  }
  if (/no space left on device/i.test(log)) {
    return 'The disk of the builder is full: remove old images and caches there, then build again.';
  }
  if (/buildah-cache\S*: permission denied/.test(log)) {
    return "Buildah's cache folder on this machine belongs to another user: set TMPDIR to a folder of your own.";
  }
  return 'The last lines of the build say which step failed; correct server.requirements or image.base, then build again.';
}

/**
 * The last line of some output, for a message of one line.
 * @param text of the output
 * @returns without its line end
 */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
