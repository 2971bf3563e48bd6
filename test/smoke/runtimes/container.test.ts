import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MlDeployError } from '../../../src/errors.ts';
import type { ValidateEvidence } from '../../../src/pipeline/evidence.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { derived, real } from '../../gpu/nvidia/documents.ts';
import { message, verdict } from '../fixture/project.ts';
import { digest, failures, type GpuHost, gpuHost, hostProject, type HostProject } from '../simulated/gpu-host.ts';

const made = (name: string): string => derived[name]?.() ?? '';
const h100 = (): GpuHost => gpuHost(made('h100-535'));
const uuid = 'GPU-9a9a6c50-2a47-2f51-a902-b82c3b127e94';
const migList = [
  'GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-513536b6-7d19-9063-b049-1e69664bb298)',
  '  MIG 1g.20gb     Device  0: (UUID: MIG-ff10ebfd-4f6f-5f82-9bd0-57a3e9d2b1a0)',
  '  MIG 1g.20gb     Device  1: (UUID: MIG-63feeb45-94c6-b9cb-78ea-98e9b7a5be6b)',
].join('\n');

const smoke = (host: GpuHost, wish: HostProject = {}) => smokeStage.run(hostProject(host, wish));

/** The command that made the container, with what differs from run to run taken out. */
function createLine(host: GpuHost): string[] {
  const line = host.commands().find(([, command]) => command === 'create') ?? [];
  return line.map((word) =>
    word
      .replace(/smoke-[0-9a-f]{6}/g, 'RUN')
      .replace(/(smoke-owner=).*/, '$1OWNER')
      .replace(/(smoke-life-seconds=)\d+$/, '$1LIFE')
      .replace(uuid, 'UUID'),
  );
}

const before = [
  'create',
  '--env-file=/dev/stdin',
  '--name=sum-RUN',
  '--label=mldeploy/smoke=RUN',
  '--label=mldeploy/smoke-owner=OWNER',
  '--label=mldeploy/smoke-life-seconds=LIFE',
];
const restrictions = [
  '--user=10001:10001',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--read-only',
  '--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,uid=10001,gid=10001',
  '--memory=268435456',
  '--memory-swap=268435456',
  '--cpu-shares=102',
  '--restart=no',
  '--publish=127.0.0.1::8000',
];
const image = `registry.example/sum@${digest}`;

describe('docker with a GPU', () => {
  test('passes, with the exact command line, and leaves nothing behind', async () => {
    const host = h100();
    const context = hostProject(host, { env: { TOKEN: 'hidden from ps', PATH: '/opt/bin:/usr/bin:/bin' } });
    await smokeStage.preflight(context);
    const evidence = await smokeStage.run(context);
    expect(failures(evidence)).toEqual([]);
    expect(evidence.outcome).toBe('passed');
    expect(evidence.hardware).toEqual({ device: 'gpu', name: 'NVIDIA H100 80GB HBM3' });
    expect(evidence.runtime).toBe('docker');
    expect(createLine(host)).toEqual(['docker', ...before, ...restrictions, '--gpus=device=UUID', image]);
    expect(host.commands().flat().join(' ')).not.toContain('hidden from ps');
    expect(host.containers()).toEqual([]);
    expect(
      ['device', 'image', 'non-root', 'gpu-used', 'stop', 'in-flight', 'gpu-errors', 'clean'].map((id) =>
        verdict(evidence, id),
      ),
    ).toEqual(Array.from({ length: 8 }, () => 'passed'));
    const { gpu, coldStart, memoryPeakBytes } = evidence.volatile;
    expect(gpu).toMatchObject({ memoryPeakMiB: 634, memoryRiseMiB: 612, utilisation: 87 });
    expect(gpu?.devices).toMatchObject([{ title: expect.stringContaining('NVIDIA H100') as string }]);
    expect(gpu?.driver).toMatch(/^\d+\.\d+/);
    expect(coldStart?.loadMs).toBeGreaterThanOrEqual(0);
    expect(memoryPeakBytes).toBeGreaterThan(0);
    const csv = readFileSync(path.join(context.access.root, '.mldeploy/default/smoke-gpu.csv'), 'utf8')
      .trim()
      .split('\r\n');
    expect(csv[0]).toBe(
      'seconds,device,memory_used_mib,utilisation_percent,temperature_celsius,container_memory_mib,container_processes,other_processes,uncorrected_ecc_errors',
    );
    expect(csv[1]).toMatch(new RegExp(`^[\\d.]+,${uuid},22,0,17,,0,1,0$`));
    expect(csv.at(-2)).toMatch(/^[\d.]+,GPU-/);
    expect(csv.some((line) => new RegExp(`^[\\d.]+,${uuid},634,87,17,612,1,1,0$`).test(line))).toBe(true);
    const { course } = gpu?.devices?.[0] ?? {};
    expect(course?.memoryMiB[0]).toBe(22);
    expect(course?.memoryMiB).toContain(634);
    expect(course?.utilisation).toContain(87);
  });

  test('its variables reach neither the command line nor the engine’s own command', async () => {
    const host = h100();
    const env = {
      LD_LIBRARY_PATH: '/nowhere',
      GODEBUG: 'http2client=0',
      SSL_CERT_FILE: '/nowhere/ca.pem',
      STORAGE_DRIVER: 'vfs',
      DOCKER_HOST: 'tcp://192.0.2.1:1',
      QUOTED: '"a" # b',
    };
    expect((await smoke(host, { env })).outcome).toBe('passed');
    const state = (file: string) => readFileSync(path.join(host.state, file), 'utf8');
    const given = JSON.parse(state('given-environment')) as object;
    expect(given).toMatchObject({ file: '/dev/stdin', pipe: true, environment: { ...env, MLDEPLOY_PORT: '8000' } });
    const seen = `${state('client-environment')}\n${host.commands().flat().join('\n')}`;
    for (const [name, value] of Object.entries(env)) {
      expect(seen).not.toContain(`${name}=`);
      expect(seen).not.toContain(value);
    }
  });

  test('a variable of several lines is refused before anything is made', async () => {
    const host = h100();
    await expect(smoke(host, { env: { KEY: 'a\nLD_PRELOAD=b' } })).rejects.toMatchObject({
      code: 'smoke/variable',
      message: expect.stringContaining('"KEY"') as string,
    });
    expect(host.containers()).toEqual([]);
  });

  test('one that takes more of its memory than smoke.maxGpuMemory allows has failed', async () => {
    const limited = (maxGpuMemoryBytes: number): HostProject => ({
      smoke: { device: 'require-gpu', maxGpuMemoryBytes },
    });
    const evidence = await smoke(h100(), limited(500 * 2 ** 20));
    expect(failures(evidence)).toEqual(['gpu-memory']);
    expect(message(evidence, 'gpu-memory')).toBe('It had more memory than that on the GPU.');
    expect(failures(await smoke(h100(), limited(700 * 2 ** 20)))).toEqual([]);
  });

  test('a server that does not use it has failed', async () => {
    const evidence = await smoke(h100(), { env: { SIM_GPU: 'unused' } });
    expect(failures(evidence)).toEqual(['gpu-used']);
    expect(message(evidence, 'gpu-used')).toContain('the model runs on the CPU');
  });
});

describe('MIG', () => {
  test('a device is given by its UUID, and its processes are told from those of the other parts', async () => {
    const host = gpuHost(real('a100-sxm4-v12'), migList);
    const evidence = await smoke(host);
    expect(failures(evidence)).toEqual([]);
    expect(createLine(host)).toContain('--gpus=device=MIG-ff10ebfd-4f6f-5f82-9bd0-57a3e9d2b1a0');
    expect(evidence.volatile.gpu?.utilisation).toBeNull();
    expect(evidence.volatile.details.join('\n')).toContain('MIG device 0:0 (NVIDIA A100-SXM4-80GB, 1g.20gb)');
  });

  test('without devices, and for two GPUs: refused with the reason', async () => {
    await expect(smoke(gpuHost(made('a100-mig-empty')))).rejects.toMatchObject({
      code: 'smoke/gpu-unsuitable',
      message: expect.stringContaining('it is in MIG mode and has no MIG devices') as string,
    });
    const profile = { gpu: { count: 1, memory: null, resource: 'nvidia.com/mig-7g.80gb' } };
    await expect(smoke(gpuHost(real('a100-sxm4-v12'), migList), { resources: profile })).rejects.toMatchObject({
      code: 'smoke/gpu-unsuitable',
      message: expect.stringContaining('asks for a MIG device 7g.80gb, and this machine has none') as string,
    });
    const host = gpuHost(real('a100-sxm4-v12'), migList);
    await expect(smoke(host, { resources: { gpu: { count: 2, memory: null } } })).rejects.toThrow(
      /a program can use one MIG device only, and resources.gpu.count is 2/,
    );
  });
});

describe('podman', () => {
  test('gets devices through CDI, by UUID or by number, and never pulls while it creates', async () => {
    const host = h100();
    host.set('cdi', `INFO[0000] Found 2 CDI devices\nnvidia.com/gpu=0\nnvidia.com/gpu=all`);
    const evidence = await smoke(host, { smoke: { runtime: 'podman' } });
    expect(failures(evidence)).toEqual([]);
    expect(createLine(host)).toEqual([
      'podman',
      ...before,
      '--pull=never',
      '--http-proxy=false',
      ...restrictions.flatMap((word) =>
        word === '--read-only'
          ? [word, '--read-only-tmpfs=false']
          : word.startsWith('--tmpfs=/tmp')
            ? [
                '--tmpfs=/tmp:rw,exec,nosuid,nodev,mode=1777,U,notmpcopyup',
                '--tmpfs=/dev/shm:rw,noexec,nosuid,nodev,mode=1777,size=67108864,notmpcopyup',
              ]
            : [word],
      ),
      '--device=nvidia.com/gpu=0',
      '--security-opt=label=disable',
      image,
    ]);
  });

  test('says what to do when no device is described', async () => {
    const host = h100();
    await expect(smoke(host, { smoke: { runtime: 'podman' } })).rejects.toMatchObject({
      code: 'smoke/no-toolkit',
      hint: expect.stringContaining('sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml') as string,
    });
  });
});

describe('before anything is pulled', () => {
  const model = (bytes: number, facts = {}, format = 'safetensors') =>
    ({
      model: {
        bytes,
        files: [
          { path: 'model.safetensors', bytes, format, facts },
          { path: 'pytorch_model.bin', bytes: bytes + 1, format, facts },
        ],
      },
    }) as unknown as ValidateEvidence;

  test.each<[string, string, HostProject, RegExp]>([
    [
      'memory',
      'l4-550',
      { resources: { gpu: { count: 1, memory: '24Gi' } } },
      /GPU 0 \(NVIDIA L4\): it has 22\.5 GiB of memory, resources\.gpu\.memory asks for 24\.0 GiB/,
    ],
    [
      'weights',
      'l4-550',
      { server: { type: 'vllm' }, evidence: { validate: model(30 * 2 ** 30) } },
      /the model's files alone take 30\.0 GiB \(without pytorch_model\.bin, which a server need not load\), its memory is 22\.5 GiB/,
    ],
    ['compute mode', 'prohibited', {}, /its compute mode is Prohibited \(sudo nvidia-smi -c 0 allows it\)/],
    ['health', 'remap-failed', {}, /it is not well: its memory has rows that could not be remapped/],
  ])('refused: %s', async (_, document, wish, reason) => {
    const host = gpuHost(made(document));
    const work = smoke(host, wish);
    await expect(work).rejects.toMatchObject({ code: 'smoke/gpu-unsuitable', kind: 'infrastructure' });
    await expect(work).rejects.toThrow(reason);
    expect(host.commands().filter(([, command]) => command === 'pull' || command === 'create')).toEqual([]);
  });

  test('a server that may keep weights elsewhere is tested, with a warning', async () => {
    const host = gpuHost(made('l4-550'));
    const evidence = await smoke(host, { evidence: { validate: model(30 * 2 ** 30) } });
    expect(evidence.outcome).toBe('passed');
    expect(evidence.volatile.details).toContainEqual(
      expect.stringMatching(
        /^GPU 0 \(NVIDIA L4\): the model's files alone take 30\.0 GiB .*, its memory is 22\.5 GiB: it only fits if/,
      ),
    );
  });

  test('preferred only: the CPU, and the evidence says why', async () => {
    const host = gpuHost(made('l4-550'));
    const wish = { smoke: { device: 'prefer-gpu' as const }, resources: { gpu: { count: 1, memory: '24Gi' } } };
    const evidence = await smoke(host, wish);
    expect(evidence.hardware.device).toBe('cpu');
    expect(message(evidence, 'device')).toMatch(
      /none of this machine will do \(GPU 0 \(NVIDIA L4\): it has 22\.5 GiB .*tested on the CPU/,
    );
    expect(createLine(host).join(' ')).not.toContain('gpus');
    expect(evidence.checks.map(({ id }) => id)).not.toContain('gpu-used');
  });

  test('no GPU at all: at once, naming what was looked at', async () => {
    const host = gpuHost(null);
    const began = performance.now();
    await expect(smokeStage.preflight(hostProject(host))).rejects.toMatchObject({
      code: 'smoke/no-gpu',
      message: expect.stringMatching(/nvidia-smi: not installed; no \/dev\/nvidia\* device/) as string,
    });
    expect(performance.now() - began).toBeLessThan(15_000);
  });

  test('programs of others: whose, and how much they leave', async () => {
    // Nobody else has its lock: no test waits here.
    const own = (name: string) => gpuHost(made(name).replace(/<uuid>[^<]*/, `<uuid>GPU-busy-${process.pid}`));
    const unwaited = { smoke: { deviceWaitMs: 0 } };
    const asked = { ...unwaited, resources: { gpu: { count: 1, memory: '16Gi' } } };
    await expect(smoke(own('busy'), asked)).rejects.toMatchObject({
      code: 'smoke/gpu-busy',
      message: expect.stringMatching(
        /8\.8 GiB of its memory are free, 16\.0 GiB are needed; in use by process 4711 python3 with 70\.3 GiB/,
      ) as string,
    });
    await expect(smoke(own('exclusive'), unwaited)).rejects.toThrow(
      /its compute mode admits one process, and it has process 4711 python3/,
    );
  });
});

describe('an engine that does not do', () => {
  test.each([
    [
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'sudo systemctl enable --now docker',
    ],
    ['permission denied while trying to connect to the Docker daemon socket', 'sudo usermod -aG docker $USER'],
    [
      'template: :1:2: executing "" at <.ServerVersion>: reflect: indirection through nil pointer to embedded struct field Info',
      'sudo systemctl enable --now docker',
    ],
  ])('%s', async (said, hint) => {
    const host = h100();
    host.set('down', said);
    await expect(smoke(host)).rejects.toMatchObject({
      code: 'smoke/no-engine',
      hint: expect.stringContaining(hint) as string,
    });
  });

  test('has no toolkit: with the command that sets it up', async () => {
    const host = h100();
    host.set('runtimes', '{"runc":{"path":"runc"}}');
    await expect(smoke(host)).rejects.toMatchObject({
      code: 'smoke/no-toolkit',
      hint: expect.stringContaining(
        'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
      ) as string,
    });
  });

  test('cannot pull', async () => {
    const host = h100();
    host.set('pull-fails', 'Error response from daemon: manifest for registry.example/sum not found: manifest unknown');
    host.forget('image');
    await expect(smoke(host)).rejects.toMatchObject({
      code: 'smoke/image-pull',
      message: expect.stringContaining('manifest unknown') as string,
    });
    expect(host.containers()).toEqual([]);
  });
});

describe('on the CPU', () => {
  const cpu: HostProject = { smoke: { device: 'cpu' }, resources: { gpu: null } };

  test('pulls what is not there, and looks at no GPU', async () => {
    const host = gpuHost(null);
    host.forget('image');
    const evidence = await smoke(host, cpu);
    expect(failures(evidence)).toEqual([]);
    expect(host.commands().find(([, command]) => command === 'pull')).toEqual(['docker', 'pull', '--quiet', image]);
    expect(evidence.checks.map(({ id }) => id)).not.toContain('gpu-errors');
    const { root } = hostProject(host).access;
    expect(existsSync(path.join(root, '.mldeploy/default/smoke-gpu.csv'))).toBe(false);
  });

  test('an interrupt leaves nothing behind', async () => {
    const host = gpuHost(null);
    const interrupt = new AbortController();
    const reporter = {
      ...silentReporter,
      task: (title: string) => {
        if (title.startsWith('Refuses')) interrupt.abort();
        return silentReporter.task(title);
      },
    };
    const context = { ...hostProject(host, cpu), signal: interrupt.signal, reporter };
    await expect(smokeStage.run(context)).rejects.toMatchObject({ code: 'smoke/interrupted' });
    expect(host.commands().some(([, command]) => command === 'start')).toBe(true);
    expect(host.containers()).toEqual([]);
  });
});

describe('auto', () => {
  test('takes docker where no cluster is configured, and says why', async () => {
    const host = gpuHost(null);
    const context = hostProject(host, { smoke: { runtime: 'auto', device: 'cpu' }, resources: { gpu: null } });
    const notes: string[] = [];
    const reporter = { ...silentReporter, note: (_: unknown, text: string) => void notes.push(text) };
    await smokeStage.preflight({ ...context, reporter });
    expect(notes.join('\n')).toContain('Runtime docker, chosen because docker 27.0.0 answers on this machine');
  });

  test('takes podman when docker does not answer', async () => {
    const host = gpuHost(null);
    host.set('down-docker', 'Cannot connect to the Docker daemon');
    const context = hostProject(host, { smoke: { runtime: 'auto', device: 'cpu' }, resources: { gpu: null } });
    const notes: string[] = [];
    const reporter = { ...silentReporter, note: (_: unknown, text: string) => void notes.push(text) };
    await smokeStage.preflight({ ...context, reporter });
    expect(notes.join('\n')).toContain('Runtime podman, chosen because podman 5.6.0 answers');
  });

  test('nowhere: what is the matter with each place and what to do, sentence by sentence', async () => {
    const host = gpuHost(null);
    host.set('down', 'Cannot connect to the Docker daemon. Is the docker daemon running?');
    const context = hostProject(host, { smoke: { runtime: 'auto', device: 'cpu' }, resources: { gpu: null } });
    const { message, hint } = await smokeStage.preflight(context).then(
      () => new MlDeployError({ code: 'none', kind: 'usage', message: 'it can be tested', hint: '' }),
      (error: unknown) => error as MlDeployError,
    );
    expect(message).toMatch(
      /^The image can be tested nowhere: .*"docker" cannot be used: docker does not answer: .* Is the docker daemon running\? The smoke runtime "podman"/,
    );
    expect(hint).toMatch(/Docker Desktop: open it\)\. /);
  });
});
