import { MlDeployError } from '../../errors.ts';

const shownLines = 20;

/** A builder that prints nothing for so long waits for something that does not come: half an hour compiles almost everything. */
export const longestSilenceMs = 30 * 60 * 1000;

/**
 * The error of a build that did not succeed, with the last lines of its log and what they point to.
 * @param builder its name for people
 * @param log what it wrote
 * @returns `build/failed`
 */
export function buildFailed(builder: string, log: string): MlDeployError {
  const lines = log.trimEnd().split('\n');
  return new MlDeployError({
    code: 'build/failed',
    kind: 'infrastructure',
    message: `${builder} could not build the image:\n${lines.slice(-shownLines).join('\n')}`,
    hint: hintFor(log),
  });
}

function hintFor(log: string): string {
  if (/CERTIFICATE_VERIFY_FAILED|certificate signed by unknown authority/.test(log)) {
    return 'Give your certificate authorities to the build: image.secrets with the id `ca` and the file of the bundle.';
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
