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

/**
 * The multi-stage Dockerfile: dependencies in a virtual environment that only the first stage's pip knows, then the base again with
 * that environment and the code. It has no `# syntax` line, because that would need a frontend image, and writes nothing that depends
 * on the time of the build: modules are compiled with hash-based invalidation instead of file times.
 * @param facts what the project decides
 * @returns text of the Dockerfile
 */
export function dockerfile(facts: DockerfileFacts): string {
  return `FROM ${facts.base} AS base

FROM base AS build
RUN python3 -m venv --without-pip /opt/venv
COPY requirements /requirements
# Index configuration and certificate authorities reach pip as secrets: they are in no layer. Both may be absent.
${facts.requirements.map(install).join('\n')}
COPY precompile.py /precompile.py
RUN PYTHONHASHSEED=0 /opt/venv/bin/python /precompile.py /opt/venv

FROM base
ENV ${assignments({ PATH: '/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...facts.environment })}
COPY --link --from=build /opt/venv /opt/venv
COPY --link --chmod=a+rX,go-w app /app
WORKDIR /app
USER ${serverUser}
EXPOSE ${facts.port}
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('MLDEPLOY_PORT', '${facts.port}') + '/healthz', timeout=2)"]
ENTRYPOINT ["python", "-m", "mldeploy_server"]
LABEL ${assignments(facts.labels)}
`;
}

function install({ file, hashed, constraints }: DockerfileFacts['requirements'][number]): string {
  const options = [
    '--no-compile',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--root-user-action=ignore',
    ...(hashed ? ['--require-hashes'] : []),
    ...(constraints === undefined ? [] : [`-c /requirements/${constraints}`]),
    `-r /requirements/${file}`,
  ];
  return `RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf \\
    --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \\
    python3 -m pip --python /opt/venv/bin/python install ${options.join(' ')}`;
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
