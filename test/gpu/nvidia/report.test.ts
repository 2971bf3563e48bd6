import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { withCapabilities } from '../../../src/gpu/nvidia/ask.ts';
import { withListing } from '../../../src/gpu/nvidia/listing.ts';
import { type NvidiaGpu, type NvidiaReport, parseReport } from '../../../src/gpu/nvidia/report.ts';
import { derived, real } from './documents.ts';

function read(xml: string): NvidiaReport {
  const report = parseReport(xml);
  if (report === null) throw new Error('no report');
  return report;
}

function only(xml: string): NvidiaGpu {
  const [gpu] = read(xml).gpus;
  if (gpu === undefined) throw new Error('no GPU');
  return gpu;
}

const made = (name: string): string => derived[name]?.() ?? '';

describe('real documents', () => {
  test.each([
    ['gtx-1660-ti', '418.43', '10.1', 'Graphics Device', null, null, 5912, 0, 40],
    ['quadro-p400', '418.43', '10.1', 'Quadro P400', null, 6.1, 1998, 0, 33],
    ['gtx-1070-ti', null, null, 'GeForce GTX 1070 Ti', null, 6.1, 4096, 42, 39],
    ['gt-1030-v11', '470.74', '11.4', 'NVIDIA GeForce GT 1030', null, 6.1, 1998, 875, 36],
    ['grid-p4-vgpu-v11', '513.46', '11.6', 'GRID P4-1Q', 'Pascal', 6.1, 1024, 807, 0],
    ['a10g', '515.105.01', '11.7', 'NVIDIA A10G', 'Ampere', 8.6, 23028, 22, 17],
    ['tesla-t4', '515.105.01', '11.7', 'Tesla T4', 'Turing', 7.5, 15360, 1032, 40],
    ['quadro-p2000-v12', '525.125.06', '12.0', 'Quadro P2000', 'Pascal', 6.1, 5120, 1, 34],
    ['rtx-3090-v12', '525.147.05', '12.0', 'NVIDIA GeForce RTX 3090', 'Ampere', 8.6, 24576, 1, 37],
    ['a100-sxm4-v12', '535.54.03', '12.2', 'NVIDIA A100-SXM4-80GB', 'Ampere', 8, 81920, 50, 27],
    ['rtx-3080-v12', '536.40', '12.2', 'NVIDIA GeForce RTX 3080', 'Ampere', 8.6, 10240, 1128, 31],
    ['rtx-3060-v12', '570.124.04', '12.8', 'NVIDIA GeForce RTX 3060', 'Ampere', 8.6, 12288, 116, 42],
    [
      'pro-6000-blackwell-v13',
      '590.44.01',
      '13.1',
      'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition',
      'Blackwell',
      12,
      97887,
      65720,
      24,
    ],
    [
      'rtx-4000-sff-ada-v13',
      '595.84',
      '13.2',
      'NVIDIA RTX 4000 SFF Ada Generation',
      'Ada Lovelace',
      8.9,
      20475,
      3534,
      38,
    ],
  ])('%s', (file, driver, cuda, name, architecture, capability, totalMiB, usedMiB, temperatureC) => {
    const report = read(real(file));
    expect(report).toMatchObject({ driver, cuda });
    const [gpu] = report.gpus;
    expect(gpu).toMatchObject({ name, architecture, capability, temperatureC, ailments: [] });
    expect(gpu?.memory).toMatchObject({ totalMiB, usedMiB });
    expect(gpu?.uuid).toMatch(/^GPU-[0-9a-f-]{36}$/);
    expect(gpu?.busId).toMatch(/^[0-9A-F]{8}:[0-9A-F]{2}:[0-9A-F]{2}\.0$/);
    expect(gpu?.computeMode).toBe('default');
  });

  test('every one has its line above', () => {
    expect(readdirSync(new URL('real/', import.meta.url))).toHaveLength(15);
  });

  test('two GPUs of a driver of 2017, without a compute mode and with fractions of percent', () => {
    const { driver, cuda, gpus } = read(real('tesla-p100-v8'));
    expect({ driver, cuda }).toEqual({ driver: '375.66', cuda: null });
    expect(gpus.map(({ index, name, utilisation, computeMode }) => [index, name, utilisation, computeMode])).toEqual([
      [0, 'Tesla P100-PCIE-12GB', 33.4, null],
      [1, 'Tesla P100-PCIE-12GB_2', 10.3, 'default'],
    ]);
  });

  test('MIG devices with their memory, without the utilisation that only they would have', () => {
    const gpu = only(real('a100-sxm4-v12'));
    expect(gpu.utilisation).toBeNull();
    expect(gpu.mig.enabled).toBe(true);
    expect(gpu.mig.devices.map(({ index, gpuInstance, memory }) => [index, gpuInstance, memory.totalMiB])).toEqual([
      [0, 3, 19968],
      [1, 4, 19968],
      [2, 5, 19968],
      [3, 6, 19968],
    ]);
    expect(gpu.mig.devices[0]?.ecc).toEqual({ corrected: null, uncorrected: 0 });
  });

  test('processes: which compute, and how much memory', () => {
    expect(only(real('tesla-t4')).processes).toEqual([
      { pid: 675, computes: false, name: '/usr/lib/xorg/Xorg', usedMiB: 22, gpuInstance: null },
      { pid: 5762, computes: true, name: 'python', usedMiB: 1005, gpuInstance: null },
    ]);
    expect(only(real('grid-p4-vgpu-v11')).processes[0]).toEqual({
      pid: 1188,
      computes: true,
      name: '',
      usedMiB: null,
      gpuInstance: null,
    });
  });
});

describe('derived documents', () => {
  test.each([
    ['v100-450', { name: 'Tesla V100-SXM2-16GB', capability: 7 }],
    ['t4-460', { name: 'Tesla T4', architecture: null, capability: 7.5 }],
    ['h100-535', { name: 'NVIDIA H100 80GB HBM3', capability: 9, mig: { enabled: false, devices: [] } }],
    ['h100-580', { name: 'NVIDIA H100 80GB HBM3', capability: 9 }],
    ['l4-550', { name: 'NVIDIA L4', capability: 8.9 }],
    ['a100-mig-off', { mig: { enabled: false, devices: [] } }],
    ['a100-mig-empty', { mig: { enabled: true, devices: [] } }],
    ['exclusive', { computeMode: 'exclusive' }],
    ['prohibited', { computeMode: 'prohibited' }],
    ['not-supported', { utilisation: null, temperatureC: null, ailments: [] }],
    [
      'err-fields',
      {
        temperatureC: null,
        utilisation: null,
        ailments: ['fan_speed: ERR!', 'gpu_util: Unknown Error', 'gpu_temp: ERR!'],
      },
    ],
    ['gpu-lost', { ailments: ['performance_state: GPU is lost', 'gpu_temp: GPU is lost'] }],
    [
      'remap-failed',
      {
        ailments: [
          'its memory has rows that could not be remapped',
          'rows of its memory wait for a reset to be remapped',
        ],
      },
    ],
    ['recovery-asked', { ailments: ['the driver asks for: Reset'] }],
    ['warning-around', { name: 'NVIDIA A10G' }],
    ['busy', { memory: { totalMiB: 81559, usedMiB: 72010, freeMiB: 9000 } }],
  ])('%s', (name, expected) => {
    expect(only(made(name))).toMatchObject(expected);
  });

  test('ECC errors, counted in the way of old and of new boards', () => {
    expect(only(made('v100-450')).ecc.now).toEqual({ corrected: 7, uncorrected: 2 });
    expect(only(made('ecc-errors')).ecc).toEqual({
      enabled: true,
      now: { corrected: 5, uncorrected: 3 },
      ever: { corrected: 0, uncorrected: 0 },
    });
    expect(only(real('gtx-1660-ti')).ecc).toMatchObject({
      enabled: false,
      now: { corrected: null, uncorrected: null },
    });
  });

  test('one GPU with MIG and one without', () => {
    expect(read(made('two-a100-one-mig')).gpus.map(({ index, mig }) => [index, mig.enabled])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  test('a driver without GPUs', () => {
    expect(read(made('no-device'))).toEqual({ driver: '515.105.01', cuda: '11.7', gpus: [] });
  });
});

describe('what is no document', () => {
  test.each([
    ['nothing', ''],
    ['an error', "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."],
    ['a document that was cut', real('a10g').slice(0, 5000)],
    ['another document', '<?xml version="1.0"?><html><body/></html>'],
  ])('%s', (_, text) => {
    expect(parseReport(text)).toBeNull();
  });

  test('entities of its own are not expanded', () => {
    const xml =
      '<!DOCTYPE nvidia_smi_log [<!ENTITY a "boom">]><nvidia_smi_log><driver_version>&a;</driver_version></nvidia_smi_log>';
    expect(parseReport(xml)?.driver).toBe('&a;');
  });
});

describe('what other questions add', () => {
  test('compute capabilities', () => {
    const report = withCapabilities(read(real('gtx-1660-ti')), 'GPU-304a277d-3545-63b8-3a36-dfde3c992989, 7.5\n');
    expect(report.gpus[0]?.capability).toBe(7.5);
    expect(withCapabilities(report, 'GPU-304a277d-3545-63b8-3a36-dfde3c992989, [N/A]\n').gpus[0]?.capability).toBe(7.5);
  });

  test('profiles and UUIDs of MIG devices', () => {
    const listing = [
      'GPU 0: NVIDIA A100-SXM4-80GB (UUID: GPU-513536b6-7d19-9063-b049-1e69664bb298)',
      '  MIG 1g.20gb     Device  0: (UUID: MIG-ff10ebfd-4f6f-5f82-9bd0-57a3e9d2b1a0)',
      '  MIG 1g.20gb     Device  3: (UUID: MIG-63feeb45-94c6-b9cb-78ea-98e9b7a5be6b)',
    ].join('\n');
    const devices = withListing(read(real('a100-sxm4-v12')), listing).gpus[0]?.mig.devices ?? [];
    expect(devices.map(({ profile, uuid }) => [profile, uuid])).toEqual([
      ['1g.20gb', 'MIG-ff10ebfd-4f6f-5f82-9bd0-57a3e9d2b1a0'],
      [null, null],
      [null, null],
      ['1g.20gb', 'MIG-63feeb45-94c6-b9cb-78ea-98e9b7a5be6b'],
    ]);
  });
});
