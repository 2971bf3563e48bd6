import type { BuildRequest } from './builder.ts';
import type { Recipe } from '../../server/image-plan.ts';

/**
 * Options that BuildKit's clients read as a line of CSV.
 * @param values `key=value` each
 * @returns the line
 */
export function fields(values: readonly string[]): string {
  return values.map((value) => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}

/**
 * The output of a build: an OCI layout folder, its new layers compressed with zstd.
 * @param layout the folder
 * @param recipe our own gives its files a fixed time; what the user's Dockerfile makes would have the time of the build
 * @returns value of `--output`
 */
export function layoutOutput(layout: string, recipe: Recipe): string {
  const times = recipe.kind === 'dockerfile' ? ['rewrite-timestamp=true'] : [];
  return fields(['type=oci', 'tar=false', `dest=${layout}`, 'oci-mediatypes=true', 'compression=zstd', ...times]);
}

/**
 * What BuildKit begins, by a line of its plain progress: `#12 [build 3/6] RUN pip ...` or `#15 exporting layers`.
 * @param line of the log
 * @returns the step in words, or null when the line begins none
 */
function stepOf(line: string): string | null {
  const step = /^#\d+ (\[[^\]]+\] .+|exporting .+|rewriting .+|sending .+)$/.exec(line)?.[1];
  if (step === undefined || step.startsWith('[internal]') || / (done|DONE)\b/.test(step)) return null;
  return step.replaceAll(/\s+/g, ' ').slice(0, 100);
}

/**
 * What listens to a build with plain progress.
 * @param request whose log and steps are told
 * @returns for each line of the log
 */
export function listener(request: Pick<BuildRequest, 'onLine' | 'onStep'>): (line: string) => void {
  return (line) => {
    request.onLine(line);
    const step = stepOf(line);
    if (step !== null) request.onStep(step);
  };
}

/**
 * Platforms in what BuildKit's clients print about a daemon.
 * @param text such as `linux/amd64*, linux/386`
 * @returns null when there is none
 */
export function platformsIn(text: string): string[] | null {
  const found = [...text.matchAll(/\b[a-z]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?/g)].map(([name]) => name);
  return found.length === 0 ? null : found;
}
