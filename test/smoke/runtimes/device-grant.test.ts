import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { devicesOf } from '../../../src/gpu/devices.ts';
import { withListing } from '../../../src/gpu/nvidia/listing.ts';
import { parseReport } from '../../../src/gpu/nvidia/report.ts';
import { grantDevices } from '../../../src/smoke/runtimes/container/device-grant.ts';
import { engineOf } from '../../../src/smoke/runtimes/container/engine.ts';
import { probeToolkit } from '../../../src/smoke/runtimes/container/toolkit.ts';
import { derived, real } from '../../gpu/nvidia/documents.ts';
import { gpuHost, hostProject } from '../simulated/gpu-host.ts';

const mig = 'MIG-ff10ebfd-4f6f-5f82-9bd0-57a3e9d2b1a0';
const uuid = 'GPU-9a9a6c50-2a47-2f51-a902-b82c3b127e94';

interface Machine {
  readonly engine?: 'docker' | 'podman';
  readonly version: string;
  /** What `docker info` says besides its version and runtimes. */
  readonly info?: string;
  /** A runtime `nvidia` is set up. */
  readonly runtime?: boolean;
  readonly hook?: boolean;
  /** Files below the root by their path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly mig?: boolean;
}

/** The options that give a container the first device of such a machine. */
async function optionsOn(machine: Machine): Promise<readonly string[]> {
  const { engine: name = 'docker', version, info = '', runtime = false, hook = false, files = {} } = machine;
  const host = gpuHost(null);
  host.set(`version-${name}`, version);
  host.set('info', info);
  host.set('runtimes', runtime ? '{"nvidia":{"path":"nvidia-container-runtime"}}' : '{"runc":{"path":"runc"}}');
  if (hook) host.program('nvidia-container-runtime-hook', 'echo NVIDIA Container Runtime Hook version 1.17.8');
  const root = mkdtempSync(path.join(tmpdir(), 'cdi-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const engine = engineOf(name, hostProject(host).access);
  const toolkit = await probeToolkit(engine, host.environment, root);
  const listing = [
    'GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-513536b6-7d19-9063-b049-1e69664bb298)',
    `  MIG 1g.20gb     Device  0: (UUID: ${mig})`,
  ].join('\n');
  const xml = machine.mig === true ? real('a100-sxm4-v12') : (derived['h100-535']?.() ?? '');
  const report = parseReport(xml);
  const [device] = report === null ? [] : devicesOf(withListing(report, listing));
  if (device === undefined) throw new Error('no device');
  return grantDevices(engine, toolkit, [device]).args;
}

const described = (version: string, ...names: string[]): string =>
  [
    '---',
    `cdiVersion: ${version}`,
    'kind: nvidia.com/gpu',
    'devices:',
    ...names.flatMap((name) => [
      `- name: "${name}"`,
      '  containerEdits:',
      '    deviceNodes:',
      '    - path: /dev/nvidia0',
    ]),
    'containerEdits:',
    '  hooks:',
    '  - hookName: createContainer',
  ].join('\n');
const byName = (version: string, ...names: string[]) => ({ '/etc/cdi/nvidia.yaml': described(version, ...names) });
const folders = ',"CDISpecDirs":["/etc/cdi","/var/run/cdi"]';
const client = (version: string) => `,"ClientInfo":{"Version":"${version}"}`;

describe('the options for a GPU', () => {
  test.each<[string, Machine, readonly string[]]>([
    ['docker 20.10 and its hook', { version: '20.10.24', hook: true, runtime: true }, [`--gpus=device=${uuid}`]],
    ['docker 20.10, MIG', { version: '20.10.24', runtime: true, mig: true }, [`--gpus=device=${mig}`]],
    [
      'docker 25 with a hook: descriptions may be out of date',
      { version: '25.0.3', hook: true, info: folders + client('25.0.3'), files: byName('0.5.0', uuid) },
      [`--gpus=device=${uuid}`],
    ],
    [
      'docker 25 with its feature switched on',
      { version: '25.0.3', info: folders + client('25.0.3'), files: byName('0.5.0', '0', 'all') },
      ['--device=nvidia.com/gpu=0'],
    ],
    [
      'docker 25, MIG, in a folder of its own',
      {
        version: '25.0.3',
        info: `,"CDISpecDirs":["/opt/cdi"]${client('25.0.3')}`,
        files: {
          '/opt/cdi/gpus.json': `{"cdiVersion": "0.6.0", "kind": "nvidia.com/gpu",\n"devices": [{\n"name": "${mig}"\n}]}`,
        },
        mig: true,
      },
      [`--device=nvidia.com/gpu=${mig}`],
    ],
    [
      'docker 28.5, by what it has found itself',
      {
        version: '28.5.2',
        runtime: true,
        info: `${folders},"DiscoveredDevices":[{"Source":"cdi","ID":"nvidia.com/gpu=${uuid}"}]${client('28.5.2')}`,
      },
      [`--device=nvidia.com/gpu=${uuid}`],
    ],
    [
      'docker 28.5, MIG, that it has not found: a runtime may know it',
      { version: '28.5.2', runtime: true, info: `${folders},"DiscoveredDevices":[]${client('28.5.2')}`, mig: true },
      [`--gpus=device=${mig}`],
    ],
    [
      'a hook that was told to refuse',
      {
        version: '28.5.2',
        hook: true,
        info: folders + client('28.5.2'),
        files: {
          ...byName('0.5.0', '0'),
          '/etc/nvidia-container-runtime/config.toml':
            '[nvidia-container-cli]\nmode = "x"\n[nvidia-container-runtime]\nmode = "cdi"\n',
        },
      },
      ['--device=nvidia.com/gpu=0'],
    ],
    [
      'podman 4',
      { engine: 'podman', version: '4.9.3', files: byName('0.5.0', uuid) },
      [`--device=nvidia.com/gpu=${uuid}`, '--security-opt=label=disable'],
    ],
    [
      'podman 5, MIG by its number, of a service',
      {
        engine: 'podman',
        version: '5.4.0',
        files: { '/var/run/cdi/nvidia.yaml': described('0.7.0', '0:0') },
        mig: true,
      },
      ['--device=nvidia.com/gpu=0:0', '--security-opt=label=disable'],
    ],
  ])('%s', async (_, machine, options) => {
    expect(await optionsOn(machine)).toEqual(options);
  });

  test.each<[string, Machine, RegExp, RegExp]>([
    [
      'docker 20.10 with descriptions only',
      { version: '20.10.24', files: byName('0.5.0', uuid) },
      /docker 20\.10\.24 takes no CDI names/,
      /runtime configure --runtime=docker/,
    ],
    [
      'docker 25 without its feature',
      { version: '25.0.3', info: `,"CDISpecDirs":[]${client('25.0.3')}`, files: byName('0.5.0', uuid) },
      /docker 25\.0\.3 takes CDI names only with \{"features": \{"cdi": true\}\} in \/etc\/docker\/daemon\.json/,
      /runtime configure/,
    ],
    [
      'docker 28.2 with CDI switched off',
      { version: '28.2.2', info: `,"CDISpecDirs":null${client('28.2.2')}`, files: byName('0.5.0', uuid) },
      /CDI is switched off in docker 28\.2\.2/,
      /runtime configure/,
    ],
    [
      'a new daemon and an old command line',
      { version: '28.1.1', info: `${folders},"ClientInfo":{"Debug":false}`, files: byName('0.5.0', uuid) },
      /the command line of docker \(older than 25\) takes no CDI names/,
      /runtime configure/,
    ],
    [
      'podman 3',
      { engine: 'podman', version: '3.4.4', files: byName('0.5.0', uuid) },
      /podman 3\.4\.4 takes no CDI names \(from 4\.1 on\)/,
      /update podman/,
    ],
    [
      'podman 4.9 with descriptions that it does not read',
      { engine: 'podman', version: '4.9.3', files: byName('0.7.0', uuid) },
      /\/etc\/cdi\/nvidia\.yaml is of version 0\.7\.0, and this engine reads descriptions up to 0\.6/,
      /update podman \(5\.5 or later/,
    ],
  ])('refused: %s', async (_, machine, said, hint) => {
    const work = optionsOn(machine);
    await expect(work).rejects.toMatchObject({
      code: 'smoke/no-toolkit',
      message: expect.stringMatching(said) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });
});
