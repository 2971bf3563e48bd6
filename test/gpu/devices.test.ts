import { describe, expect, test } from 'vitest';
import { besideOthers, type Device, devicesOf, occupied } from '../../src/gpu/devices.ts';
import type { GpuNeeds } from '../../src/gpu/needs.ts';
import { parseReport } from '../../src/gpu/nvidia/report.ts';
import { noNeeds } from './no-needs.ts';
import { derived } from './nvidia/documents.ts';
import { type Besides, type Program, withPrograms } from './nvidia/programs.ts';

/** An H100 with 79.6 GiB, of which 79.2 are free, on which nothing else runs. */
const idle = (derived['h100-535']?.() ?? '').replace(/<processes>[\s\S]*<\/processes>/, '<processes></processes>');
const gibi = 2 ** 30;

function h100(programs: readonly Program[], besides: Besides = {}): Device {
  const report = parseReport(withPrograms(idle, programs, besides));
  const [device] = report === null ? [] : devicesOf(report);
  if (device === undefined) throw new Error('no device');
  return device;
}

const python = (mib: number): Program => ({ pid: 4711, name: 'python3', mib });
const display: Program = { pid: 7, name: 'Xorg', mib: 700, type: 'G' };
const asks = (gib: number): GpuNeeds => ({ ...noNeeds, memoryBytes: gib * gibi });

describe('a device on which others are', () => {
  test.each<[string, Device, GpuNeeds, number | null, RegExp | null, boolean]>([
    ['nobody', h100([]), asks(79), null, null, false],
    ['room enough', h100([python(40_000)]), asks(16), null, null, false],
    [
      'too little',
      h100([python(72_000)]),
      asks(16),
      null,
      /^8\.8 GiB .* free, 16\.0 GiB are needed; in use by process 4711 python3 with 70\.3 GiB$/,
      true,
    ],
    ['nobody knows how much is needed', h100([python(79_000)]), noNeeds, null, null, false],
    [
      'a server that takes a share of all of it',
      h100([python(10_000)]),
      noNeeds,
      0.9,
      /71\.7 GiB are needed, since the server takes 90 % of it/,
      true,
    ],
    ['a smaller share, which is free', h100([python(10_000)]), noNeeds, 0.5, null, false],
    ['a share of a device that is free', h100([]), noNeeds, 1, null, false],
    ['a display', h100([display]), asks(79), null, /in use by process 7 Xorg with 0\.7 GiB/, false],
    [
      'programs that the driver does not show',
      h100([], { moreMiB: 72_000 }),
      asks(16),
      null,
      /programs that the driver does not show here, with 70\.3 GiB/,
      true,
    ],
    ['what the driver has for itself', h100([], { moreMiB: 600 }), asks(79), null, null, false],
  ])('%s', (_, device, needs, share, reason, leaves) => {
    const found = occupied(device, needs, share);
    if (reason === null) expect(found).toBeNull();
    else expect(found).toEqual({ reason: expect.stringMatching(reason) as string, leaves });
  });

  test('is told when nobody knows whether there is room for both', () => {
    expect(besideOthers(h100([python(79_000)]), noNeeds, null)).toMatch(
      /^GPU 0 .* is used by others, too: process 4711 python3 with 77\.1 GiB\. 2\.0 GiB .* free; how much this model needs is not known/,
    );
    expect(besideOthers(h100([], { moreMiB: 40_000 }), noNeeds, null)).toContain('that the driver does not show here');
    for (const [device, needs, share] of [
      [h100([display]), noNeeds, null],
      [h100([]), noNeeds, null],
      [h100([python(40_000)]), asks(16), null],
      [h100([python(40_000)]), noNeeds, 0.4],
    ] as const) {
      expect(besideOthers(device, needs, share)).toBeNull();
    }
  });
});
