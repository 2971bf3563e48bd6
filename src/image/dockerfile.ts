import { readFile } from 'node:fs/promises';

import type { PlannedFile, PythonPackages, Recipe, RequirementsFile } from '../server/image-plan.ts';

/** A Dockerfile and the files that it copies. */
export interface RenderedRecipe {
  readonly dockerfile: string;
  /** Paths relative to the build context. */
  readonly context: readonly PlannedFile[];
}

const precompileScript = new URL('./python/precompile.py', import.meta.url);

/**
 * The multi-stage Dockerfile of a recipe: dependencies in a virtual environment that only the first stage's pip knows, then the base
 * again with that environment. It has no `# syntax` line, because that would need a frontend image. Nothing in it depends on the time
 * of the build: files get a fixed time where they are made, so that no builder has to rewrite layers, and modules are compiled with
 * hash-based invalidation instead of file times. Code, configuration and weights are put on top by our own writer.
 * @param recipe base and packages
 * @param link whether the builder knows `COPY --link`
 * @returns text of the Dockerfile and its context
 */
export async function renderDockerfile(recipe: Recipe & { kind: 'base' }, link: boolean): Promise<RenderedRecipe> {
  const { base, packages } = recipe;
  if (packages === null) return { dockerfile: `FROM ${base}\n`, context: [] };
  const { folder } = packages;
  return {
    dockerfile: `FROM ${base} AS base

FROM base AS dependencies
ARG SOURCE_DATE_EPOCH=0
RUN python3 -m venv --without-pip ${folder}
COPY precompile.py /precompile.py
# Index configuration and certificate authorities reach pip as secrets: they are in no layer. Both may be absent.
${packages.requirements.map((file, index, all) => install(packages, file, index === all.length - 1)).join('\n')}

FROM base
COPY ${link ? '--link ' : ''}--from=dependencies ${folder} ${folder}
`,
    context: [
      { path: 'precompile.py', content: await readFile(precompileScript, 'utf8') },
      ...packages.requirements.flatMap(requirementFiles),
    ],
  };
}

function requirementFiles({ name, text, constraints }: RequirementsFile): PlannedFile[] {
  const file = { path: `requirements/${name}`, content: text };
  return constraints === null ? [file] : [file, { path: constraintsPath(name), content: constraints }];
}

const constraintsPath = (name: string): string => `requirements/constraints-${name}`;

/** One step per file, so that other requirements of the user do not install the server's own again. */
function install(packages: PythonPackages, { name, hashed, constraints }: RequirementsFile, last: boolean): string {
  const { folder, precompile } = packages;
  const options = [
    '--no-compile --disable-pip-version-check --root-user-action=ignore',
    ...(hashed ? ['--require-hashes'] : []),
    ...(constraints === null ? [] : [`-c /${constraintsPath(name)}`]),
    `-r /requirements/${name}`,
  ];
  // In the same step as the last and largest install: touching files of a lower layer would copy them.
  const finish = `PYTHONHASHSEED=0 ${folder}/bin/python /precompile.py ${[folder, ...precompile].join(' ')} && ${fixedTimes(folder)}`;
  const copied = [`requirements/${name}`, ...(constraints === null ? [] : [constraintsPath(name)])];
  return `COPY ${copied.join(' ')} /requirements/
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \\
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \\
    --mount=type=cache,target=/root/.cache/pip,sharing=locked \\
    python3 -m pip --python ${folder}/bin/python install ${options.join(' ')}${last ? ` \\\n && ${finish}` : ''}`;
}

function fixedTimes(folder: string): string {
  return `find ${folder} -exec touch -h -d @$SOURCE_DATE_EPOCH {} +`;
}
