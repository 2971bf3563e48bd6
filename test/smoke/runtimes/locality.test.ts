import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { engineOf } from '../../../src/smoke/runtimes/container/engine.ts';
import { refuseElsewhere } from '../../../src/smoke/runtimes/container/locality.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { gpuHost, hostProject } from '../simulated/gpu-host.ts';

const cpu = (runtime: 'docker' | 'podman') =>
  ({ smoke: { device: 'cpu', runtime }, resources: { gpu: null } }) as const;

/** The preflight on a host whose engine is told to work there. */
async function on(
  runtime: 'docker' | 'podman',
  environment: Record<string, string>,
  files: Record<string, string> = {},
): Promise<void> {
  const host = gpuHost(null);
  for (const [name, text] of Object.entries(files)) host.set(name, text);
  const context = hostProject(host, cpu(runtime));
  const access = { ...context.access, environment: { ...host.environment, ...environment } };
  await smokeStage.preflight({ ...context, access });
}

const far = JSON.stringify([
  { Name: 'near', URI: 'unix:///run/podman/podman.sock', Default: false },
  { Name: 'far', URI: 'ssh://root@gpu-7:22/run/podman/podman.sock', Default: true },
]);

describe('an engine on another machine is refused', () => {
  test.each<[string, 'docker' | 'podman', Record<string, string>, Record<string, string>, RegExp]>([
    [
      'DOCKER_HOST',
      'docker',
      { DOCKER_HOST: 'ssh://gpu-7' },
      {},
      /DOCKER_HOST names another machine \(ssh:\/\/gpu-7\)/,
    ],
    ['DOCKER_HOST', 'docker', { DOCKER_HOST: 'tcp://10.1.2.3:2376' }, {}, /another machine/],
    ['CONTAINER_HOST', 'podman', { CONTAINER_HOST: 'ssh://root@gpu-7:22/run/p.sock' }, {}, /CONTAINER_HOST names/],
    [
      'CONTAINER_CONNECTION',
      'podman',
      { CONTAINER_CONNECTION: 'far' },
      { connections: far },
      /its connection "far" \(CONTAINER_CONNECTION\) is another machine \(ssh:\/\/root@gpu-7:22/,
    ],
    ['containers.conf', 'podman', {}, { remote: 'true', connections: far }, /"far" \(podman system connection\)/],
  ])('%s: %s', async (_, runtime, environment, files, said) => {
    await expect(on(runtime, environment, files)).rejects.toMatchObject({
      code: 'smoke/no-engine',
      message: expect.stringMatching(said) as string,
    });
  });

  test.each<[string, 'docker' | 'podman', Record<string, string>, Record<string, string>]>([
    ['a socket', 'docker', { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, {}],
    ['a daemon beside the runner', 'docker', { DOCKER_HOST: 'tcp://localhost:2376' }, {}],
    ['a connection that is not the default', 'podman', { CONTAINER_CONNECTION: 'near' }, { connections: far }],
    ['connections that nobody uses', 'podman', {}, { connections: far }],
  ])('but not one here: %s', async (_, runtime, environment, files) => {
    await on(runtime, environment, files);
  });
});

/** A folder of configuration as `docker context use` leaves it. */
function configuration(current: string | null): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'docker-config-'));
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(current === null ? {} : { currentContext: current }));
  return folder;
}

/** A command line that reads contexts as Docker's does. */
function dockerThatReads(current: string | null, environment: Record<string, string>) {
  const bin = mkdtempSync(path.join(tmpdir(), 'docker-bin-'));
  writeFileSync(
    path.join(bin, 'docker'),
    `#!/bin/sh
name=\${DOCKER_CONTEXT:-$(sed -n 's/.*"currentContext":"\\([^"]*\\)".*/\\1/p' "$DOCKER_CONFIG/config.json")}
case "$name" in
  ''|default) echo 'default unix:///var/run/docker.sock' ;;
  far) echo 'far ssh://gpu-7' ;;
  *) echo "context \\"$name\\": context not found: open $DOCKER_CONFIG/x/meta.json: no such file" >&2; exit 1 ;;
esac
`,
  );
  chmodSync(path.join(bin, 'docker'), 0o755);
  const host = gpuHost(null);
  const { access } = hostProject(host);
  const here = { PATH: `${bin}:/usr/bin:/bin`, HOME: bin, ...environment };
  const engine = engineOf('docker', { ...access, environment: here, dockerConfig: configuration(current) });
  return refuseElsewhere(engine, here);
}

describe('contexts of Docker', () => {
  test('docker context use: config.json has it', async () => {
    await expect(dockerThatReads('far', {})).rejects.toMatchObject({
      code: 'smoke/no-engine',
      message: expect.stringContaining(
        'its context "far" (docker context use) is another machine (ssh://gpu-7)',
      ) as string,
      hint: expect.stringContaining('docker context use default') as string,
    });
    await dockerThatReads(null, {});
  });

  test('DOCKER_CONTEXT goes before it', async () => {
    await dockerThatReads('far', { DOCKER_CONTEXT: 'default' });
    await expect(dockerThatReads(null, { DOCKER_CONTEXT: 'far' })).rejects.toThrow(/"far" \(DOCKER_CONTEXT\)/);
    await expect(dockerThatReads(null, { DOCKER_CONTEXT: 'gone' })).rejects.toThrow(
      /its context "gone" does not exist/,
    );
  });
});
