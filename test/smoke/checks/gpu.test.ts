import { describe, expect, test } from 'vitest';
import type { GpuUse } from '../../../src/gpu/use.ts';
import { parseXid, type Xid } from '../../../src/gpu/xid.ts';
import { demandDriver, judgeErrors, judgeUse } from '../../../src/smoke/checks/gpu.ts';
import { used } from './gpu-use.ts';

const asked = (more: Partial<NonNullable<GpuUse['asked']>>): NonNullable<GpuUse['asked']> => ({
  utilisation: 87,
  usually: 87,
  atRest: null,
  ms: 2_000,
  looks: 3,
  unanswered: 0,
  ...more,
});
const others = (more: Partial<GpuUse['others']>): GpuUse['others'] => ({ ...used.others, ...more });
const none = { pids: [], oursPeakMiB: null };
const blind = { ...none, processesSeen: false };

describe('the GPU is used', () => {
  test.each<[string, Partial<GpuUse>, string, RegExp]>([
    ['a process with memory', {}, 'passed', /busy while requests were answered/],
    [
      'MIG, whose use the driver does not tell',
      { asked: asked({ utilisation: null }), oursPeakMiB: null },
      'skipped',
      /does not tell how busy/,
    ],
    [
      'MIG, with so much memory that the model is there',
      { asked: asked({ utilisation: null }), oursPeakMiB: 1_024 },
      'passed',
      /which CUDA alone does not take/,
    ],
    [
      'MIG, with little more than a context',
      { asked: asked({ utilisation: null }), oursPeakMiB: 900 },
      'skipped',
      /does not tell how busy/,
    ],
    [
      'MIG, where memory of others may have risen',
      {
        asked: asked({ utilisation: null }),
        oursPeakMiB: null,
        riseMiB: 4_000,
        others: others({ foreign: [9], steady: false }),
      },
      'skipped',
      /./,
    ],
    [
      'less than 1 % of a long time: a small model, or one on the CPU',
      { asked: asked({ utilisation: 0 }) },
      'skipped',
      /less than 1 % of the 2000 ms/,
    ],
    [
      'idle in a time too short to tell',
      { asked: asked({ utilisation: 0, ms: 80 }) },
      'skipped',
      /too short .* smoke\.requests/,
    ],
    ['never asked', { asked: null }, 'skipped', /never asked/],
    ['memory not told, and it did not rise', { oursPeakMiB: null, riseMiB: 0 }, 'failed', /did not rise/],
    [
      'the same beside others',
      { oursPeakMiB: null, riseMiB: 0, others: others({ foreign: [9], steady: false }) },
      'skipped',
      /tells of no memory/,
    ],
    [
      'the same where others gave memory back',
      { oursPeakMiB: null, riseMiB: 0, fellMiB: 900 },
      'skipped',
      /tells of no memory/,
    ],
    ['memory not told at all', { oursPeakMiB: null, riseMiB: null }, 'skipped', /tells of no memory/],
    ['a process without memory', { oursPeakMiB: 0 }, 'failed', /no memory there/],
    ['processes of the container never told', { ...none, containerPids: null }, 'skipped', /engine never told/],
    ['no process of ours', none, 'failed', /runs on the CPU/],
    [
      'no process of ours, and one of another',
      { ...none, others: others({ foreign: [9] }) },
      'failed',
      /runs on the CPU/,
    ],
    [
      'one that was too short-lived to tell whose it was',
      { ...none, others: others({ strangers: [9] }) },
      'skipped',
      /Process 9 was on the GPU for a moment/,
    ],
    ['no process of ours, and it was never asked', { ...none, asked: null }, 'skipped', /never asked/],
    ['no process is shown, and the memory rises', blind, 'passed', /does not tell whose it is here/],
    ['the same where somebody was before', { ...blind, beforeMiB: 40_000 }, 'skipped', /40000 MiB were in use before/],
    ['no process is shown, and the memory does not rise', { ...blind, riseMiB: 3 }, 'failed', /runs on the CPU/],
    [
      'the same where others gave memory back',
      { ...blind, riseMiB: 3, fellMiB: 900 },
      'skipped',
      /shows no processes here/,
    ],
    ['no process is shown, and no memory', { ...blind, riseMiB: null }, 'skipped', /shows no processes here/],
    ['nobody could look', { ...none, samples: 0 }, 'skipped', /Nobody could look/],
    ['nobody could look while it was asked', { ...none, asked: asked({ looks: 0 }) }, 'skipped', /Nobody could look/],
  ])('%s', (_, more, verdict, message) => {
    expect(judgeUse({ ...used, ...more })).toMatchObject({
      verdict,
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('a GPU that others may keep busy', () => {
  const display = others({ foreign: [7], heldMiB: 300 });
  const trainer = others({ foreign: [99], computing: [99], heldMiB: 9_000 });
  const quiet = asked({ atRest: 2 });
  const inPod = { shared: true, cuda: [4711] };

  test.each<[string, Partial<GpuUse>]>([
    ['a display, and it was idle before the start', { others: display }],
    ['a program that did nothing before and after', { others: trainer, asked: quiet }],
    ['programs that are not shown, the same', { beforeMiB: 9_000, asked: quiet }],
    ['other pods, the same', { inPod, beforeMiB: null, asked: quiet }],
  ])('is the server’s: %s', (_, more) => {
    expect(judgeUse({ ...used, ...more })).toMatchObject({
      verdict: 'passed',
      message: 'A process of the container computes on it, and it was busy while requests were answered.',
    });
  });

  test.each<[string, Partial<GpuUse>, RegExp]>([
    ['a display that kept it busy before', { others: display, startUtilisation: 12 }, /process 7 draws .* \(12 %\)/],
    ['a display, before which nobody could look', { others: display, startUtilisation: null }, /draws there, too:/],
    ['a display, and hardly more', { others: display, asked: asked({ utilisation: 6 }) }, /hardly busier \(6 %\)/],
    ['a program that computes all the time', { others: trainer, asked: asked({ atRest: 100 }) }, /\(100 %\)/],
    ['a program, and nobody looked while nothing was asked', { others: trainer }, /without requests is not known/],
    ['one that came meanwhile', { others: { ...trainer, steady: false }, asked: quiet }, /came, went or changed/],
    ['one that computes now and then', { others: trainer, asked: asked({ atRest: 0, usually: 0 }) }, /all the time \(/],
    ['a program, and a short time', { others: trainer, asked: asked({ atRest: 0, looks: 2 }) }, /2 looks .* too few/],
    ['programs that are not shown', { beforeMiB: 9_000 }, /programs that the driver does not show may compute/],
    ['other pods', { inPod, beforeMiB: null }, /other pods may compute/],
    [
      'perhaps other pods, with only an open CUDA device',
      { ...blind, inPod: { ...inPod, shared: null }, beforeMiB: null, riseMiB: null },
      /opened CUDA, and the GPU was busy .* other pods \(.*get on nodes\) may compute/,
    ],
  ])('is not known to be the server’s: %s', (_, more, message) => {
    expect(judgeUse({ ...used, ...more })).toMatchObject({
      verdict: 'skipped',
      message: expect.stringMatching(message) as string,
    });
  });
});

const xid = (line: string): Xid => {
  const parsed = parseXid(line);
  if (parsed === null) throw new Error(line);
  return parsed;
};

describe('errors', () => {
  const fault = { code: 'smoke/gpu-fault', kind: 'infrastructure' };
  const own = xid('NVRM: Xid (PCI:0000:3b:00): 31, pid=4711, name=python3, MMU Fault');
  const of99 = xid('NVRM: Xid (PCI:0000:3b:00): 31, pid=99, name=other, MMU Fault');
  const nobody = xid('NVRM: Xid (PCI:0000:3b:00): 13, Graphics Exception');

  test('of nobody, of the program, of another', () => {
    expect(judgeErrors(used)).toMatchObject({ verdict: 'passed', message: 'No Xid and no uncorrected ECC error.' });
    expect(judgeErrors({ ...used, xids: [own] })).toMatchObject({
      verdict: 'failed',
      message: expect.stringContaining('Xid 31') as string,
    });
    expect(judgeErrors({ ...used, xids: [of99], others: others({ foreign: [99] }) })).toMatchObject({
      verdict: 'passed',
      message: expect.stringContaining('Of other processes: Xid 31') as string,
    });
    expect(judgeErrors({ ...used, kernelLog: 'this user may not read it' }).message).toContain(
      'Xid errors cannot be seen',
    );
  });

  test('a program that is ended while it computes: by the test, or by nobody knows whom', () => {
    const ended = xid('[9.0] NVRM: Xid (PCI:0000:3b:00): 45, pid=4711, name=python3, Ch 00000010');
    expect(judgeErrors({ ...used, xids: [ended] }, [])).toMatchObject({
      verdict: 'passed',
      message: expect.stringMatching(/^No Xid .* When the test ended the server, which is no error: Xid 45/) as string,
    });
    const before = { ...ended, line: ended.line.replace('9.0', '5.0') };
    expect(judgeErrors({ ...used, xids: [before, ended] }, [before])).toMatchObject({
      verdict: 'skipped',
      message: expect.stringMatching(/^The driver reported: Xid 45.* Who ended that process/) as string,
    });
    // Together with what made it end, and of another kind after the end.
    expect(judgeErrors({ ...used, xids: [own, before] }, [own, before]).verdict).toBe('failed');
    expect(judgeErrors({ ...used, xids: [own] }, []).verdict).toBe('failed');
  });

  test.each<[string, Partial<GpuUse>]>([
    ['the driver names no process', { xids: [nobody] }],
    ['a process that nobody saw: a worker that ended at once, or a foreign one', { xids: [of99] }],
    ['one that was there for a moment', { xids: [of99], others: others({ strangers: [99] }) }],
    ['the processes of the container are not known', { xids: [own], containerPids: null }],
  ])('whose it is is not known: %s', (_, more) => {
    expect(judgeErrors({ ...used, ...more })).toMatchObject({
      verdict: 'skipped',
      message: expect.stringMatching(/^The driver reported: Xid .* is not known\.$/) as string,
    });
  });

  test.each<[string, Partial<GpuUse>, RegExp]>([
    ['of the board', { xids: [own, xid('NVRM: Xid (PCI:0000:3b:00): 48, DBE')] }, /Xid 48/],
    ['of an unknown code', { xids: [xid('NVRM: Xid (PCI:0000:3b:00): 154, pid=4711')] }, /Xid 154/],
    ['of its memory', { uncorrected: 2 }, /2 errors of its memory/],
    ['that ask for a reset', { ailments: ['a reset is required'] }, /a reset is required/],
    [
      'of a driver that is silent',
      { silence: 'no answer within 20000 ms' },
      /does not answer any more, no answer within/,
    ],
  ])('%s are the infrastructure’s', (_, more, message) => {
    expect(() => judgeErrors({ ...used, ...more })).toThrow(/^The GPU failed during the test: /);
    expect(() => judgeErrors({ ...used, ...more })).toThrow(message);
    expect(() => judgeErrors({ ...used, ...more })).toThrow(expect.objectContaining(fault) as Error);
  });

  test('a driver that did not answer while requests were made, and then again', () => {
    expect(() => demandDriver({ ...used, asked: asked({ looks: 0, unanswered: 3 }) })).toThrow(/asked 3 times/);
    // One that missed a look was seen all the same; where nobody can look, nothing is known against it.
    for (const fine of [asked({ looks: 2, unanswered: 1 }), asked({ looks: 0, unanswered: 0 }), null]) {
      expect(() => {
        demandDriver({ ...used, asked: fine });
      }).not.toThrow();
    }
  });
});
