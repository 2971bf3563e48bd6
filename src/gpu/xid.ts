import { run } from '../process/run.ts';
import { cut } from '../cut.ts';

/** An error that the driver wrote into the kernel's log. */
export interface Xid {
  /** The whole line of the log, with its time. */
  readonly line: string;
  /** As in the line: `0000:3b:00`. */
  readonly bus: string;
  readonly code: number;
  /** The process that the driver names, as the host counts; null: it names none. */
  readonly pid: number | null;
  /** What the code means, and the driver's own words. */
  readonly text: string;
  /** The board, its memory, its power or its links are at fault, not the program; also for codes that are not known here. */
  readonly hardware: boolean;
}

/** Source: https://docs.nvidia.com/deploy/xid-errors/ */
const meanings: Readonly<Record<number, readonly [meaning: string, hardware: boolean]>> = {
  8: ['the GPU stopped answering', false],
  13: ['the program did something that the GPU forbids, such as writing out of bounds', false],
  31: ['the program touched memory of the GPU that is not its own', false],
  32: ['a broken stream of commands', true],
  38: ['the firmware of the driver failed', true],
  43: ['the GPU stopped a program that had failed', false],
  44: ['the driver failed while it switched between programs', true],
  45: ['the program was ended while it computed', false],
  48: ['the memory has an error of two bits that cannot be corrected', true],
  61: ['the controller of the board failed', true],
  62: ['the controller of the board stopped', true],
  63: ['a page or row of the memory was retired', true],
  64: ['a page or row of the memory could not be retired', true],
  69: ['the program sent the GPU an invalid command', false],
  74: ['an NVLink between GPUs failed', true],
  79: ['the GPU has fallen off the bus: power, heat or slot', true],
  92: ['many errors of one bit in the memory', true],
  94: ['an error of the memory that hit this program only', true],
  95: ['an error of the memory that may have hit every program', true],
  109: ['the GPU took too long to switch between programs', false],
  119: ['the processor of the GPU did not answer the driver', true],
  120: ['the processor of the GPU failed', true],
  140: ['the memory has an error that cannot be corrected', true],
  143: ['the GPU could not be initialised', true],
};

/** The kernel's log as far as this user may read it. */
export type KernelLog = { readonly xids: readonly string[] } | { readonly unreadable: string };

type Way = readonly [command: string, ...args: string[]];

/** Ways to the kernel's log; the last is open to members of `systemd-journal` and `adm`. */
const ways: readonly Way[] = [
  ['dmesg', '--kernel', '--nopager'],
  ['dmesg'],
  ['journalctl', '--dmesg', '--boot', '--no-pager', '--quiet', '--output=short-monotonic'],
];

async function linesOf(
  [command, ...args]: Way,
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[] | null> {
  const ended = await run({ command, args, environment, timeoutMs: 3_000, graceMs: 100 }).catch(() => null);
  // A journal that this user may not read is empty, and says so only when it is not quiet.
  return ended?.exitCode === 0 && ended.stdout.trim() !== '' ? ended.stdout.split('\n') : null;
}

/** The lines of the kernel's log; null when this user may not read it. Never throws: most users may not. */
export async function kernelLog(environment: Readonly<Record<string, string>>): Promise<readonly string[] | null> {
  for (const way of ways) {
    const lines = await linesOf(way, environment);
    if (lines !== null) return lines;
  }
  return null;
}

/** Lines of the kernel's log with errors of the driver. Never throws. */
export function readXids(environment: Readonly<Record<string, string>>): Promise<KernelLog> {
  return xidReader(environment)();
}

/** Reads lines with errors of the driver, each time in the way that worked first: each way writes the same line differently. Never throws. */
export function xidReader(environment: Readonly<Record<string, string>>): () => Promise<KernelLog> {
  let used: Way | null = null;
  return async () => {
    for (const way of used === null ? ways : [used]) {
      const lines = await linesOf(way, environment);
      if (lines === null) continue;
      used = way;
      return { xids: lines.filter((line) => /NVRM: Xid/.test(line)) };
    }
    return {
      unreadable:
        used === null
          ? 'this user may not read the kernel log (sudo usermod -aG systemd-journal $USER, or sudo sysctl kernel.dmesg_restrict=0)'
          : `${used[0]} did not tell the kernel log any more`,
    };
  };
}

/** Reads `NVRM: Xid (PCI:0000:3b:00): 79, pid=..., ...`, also without `PCI:` as old drivers write and with a MIG instance behind the address; null for another line. */
export function parseXid(line: string): Xid | null {
  const [, bus, digits, rest = ''] = /NVRM: Xid \((?:PCI:)?([0-9a-f:.]+)[^)]*\): (\d+),?\s*(.*)$/i.exec(line) ?? [];
  if (bus === undefined || digits === undefined) return null;
  const code = Number(digits);
  const [meaning, hardware] = meanings[code] ?? ['see the list of Xid errors in the documentation of NVIDIA', true];
  const pid = /\bpid='?(\d+)/.exec(rest)?.[1];
  return {
    line,
    bus,
    code,
    pid: pid === undefined ? null : Number(pid),
    text: `Xid ${code}, ${meaning}: ${cut(rest.trim(), 200)}`,
    hardware,
  };
}

/** Whether an error is of this GPU. `00000000:3B:00.0` and `0000:3b:00` are the same board. */
export function isOn(xid: Xid, busId: string): boolean {
  const norm = (text: string) =>
    text
      .toLowerCase()
      .replace(/\.\d$/, '')
      .replace(/^0+(?=[0-9a-f]{4}:[0-9a-f]{2}:)/, '');
  return norm(xid.bus) === norm(busId);
}
