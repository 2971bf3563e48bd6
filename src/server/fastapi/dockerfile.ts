/** What changes from one project to the next in the Dockerfile. */
export interface DockerfileFacts {
  readonly base: string;
  /** Files in the build context to install one after the other, each below the pins of those before it. */
  readonly requirements: readonly { readonly file: string; readonly hashed: boolean; readonly constraints?: string }[];
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** User and group of the server in the image. */
export const serverUser = '10001:10001';

/** Secrets that the steps of the Dockerfile mount: pip's configuration, and certificate authorities. */
export const buildSecrets = ['pipconf', 'ca'] as const;

/** Folder of the virtual environment. At the top: a parent that COPY creates would carry the time of the build. */
const venv = '/venv';

/**
 * The multi-stage Dockerfile: dependencies in a virtual environment that only the first stage's pip knows, then the base again with
 * that environment and the code. It has no `# syntax` line, because that would need a frontend image. Nothing in it depends on the
 * time of the build: files get a fixed time where they are made, so that no builder has to rewrite layers, and modules are compiled
 * with hash-based invalidation instead of file times.
 * @param facts what the project decides
 * @returns text of the Dockerfile
 */
export function dockerfile(facts: DockerfileFacts): string {
  return `FROM ${facts.base} AS base

FROM base AS dependencies
ARG SOURCE_DATE_EPOCH=0
RUN python3 -m venv --without-pip ${venv}
COPY precompile.py /precompile.py
# Index configuration and certificate authorities reach pip as secrets: they are in no layer. Both may be absent.
${facts.requirements.map((requirements, index, all) => install(requirements, index === all.length - 1)).join('\n')}

FROM base AS code
ARG SOURCE_DATE_EPOCH=0
COPY app /app
RUN chmod -R a+rX,go-w /app && ${fixedTimes('/app')}

FROM base
ENV ${assignments({ PATH: `${venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, ...facts.environment })}
COPY --link --from=dependencies ${venv} ${venv}
COPY --link --from=code /app /app
WORKDIR /app
USER ${serverUser}
EXPOSE ${facts.port}
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('MLDEPLOY_PORT', '${facts.port}') + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "mldeploy_server"]
LABEL ${assignments(facts.labels)}
`;
}

/** Destinations of the copies above, for the image plan. */
export const copies = [
  { path: venv, kind: 'dependencies' },
  { path: '/app', kind: 'code' },
] as const;

/** One step per file, so that other requirements of the user do not install the server's own again. */
function install({ file, hashed, constraints }: DockerfileFacts['requirements'][number], last: boolean): string {
  const options = [
    '--no-compile --disable-pip-version-check --root-user-action=ignore',
    ...(hashed ? ['--require-hashes'] : []),
    ...(constraints === undefined ? [] : [`-c /requirements/${constraints}`]),
    `-r /requirements/${file}`,
  ];
  // In the same step as the last and largest install: touching files of a lower layer would copy them.
  const finish = `PYTHONHASHSEED=0 ${venv}/bin/python /precompile.py ${venv} && ${fixedTimes(venv)}`;
  const copied = [file, constraints].filter((name) => name !== undefined).map((name) => `requirements/${name}`);
  return `COPY ${copied.join(' ')} /requirements/
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \\
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \\
    --mount=type=cache,target=/root/.cache/pip,sharing=locked \\
    python3 -m pip --python ${venv}/bin/python install ${options.join(' ')}${last ? ` \\\n && ${finish}` : ''}`;
}

function fixedTimes(folder: string): string {
  return `find ${folder} -exec touch -h -d @$SOURCE_DATE_EPOCH {} +`;
}

function assignments(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(' \\\n    ');
}

/** Double quotes as the Dockerfile language reads them: no variable is expanded and no escape is left. */
function quote(value: string): string {
  return `"${value.replaceAll(/[\\"$]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ')}"`;
}
