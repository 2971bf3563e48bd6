import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Name of the run in the environment of every program that it starts, where a host may have to end them for it. */
export const runVariable = 'MLDEPLOY_RUN';

/** Servants that inherit the environment of whoever was first and serve all: those of Podman, and of helpers that keep credentials. */
const shared =
  /^(conmon|catatonit|podman pause|fuse-overlayfs|slirp4netns|pasta|rootlessport|rootlesskit|aardvark-dns|netavark|gpg-agent|scdaemon|keyboxd|ssh-agent|dbus-|gnome-keyring|systemd|\(sd-pam\))/;

const everyMs = 50;

/**
 * Ends the programs of a run that is dead itself and could not take them along: TERM, and KILL after `graceMs`. Knows them by
 * `runVariable`; finds nothing where there is no /proc.
 * @param run value of the variable
 * @returns what was ended, such as `docker (process 4711)`
 */
export async function endOrphans(run: string, graceMs = 3_000): Promise<readonly string[]> {
  let toldAt: number | null = null;
  const found = new Map<number, string>();
  for (;;) {
    const there = await programsOf(run);
    // From when they are told: on a busy machine it takes its time to find them.
    const sinceMs = performance.now() - (toldAt ??= performance.now());
    const late = sinceMs > graceMs;
    for (const { pid, name } of there) {
      if (!found.has(pid)) send(pid, 'SIGTERM');
      if (late) send(pid, 'SIGKILL');
      found.set(pid, name);
    }
    if (there.length === 0 || sinceMs > 2 * graceMs) break;
    await delay(everyMs);
  }
  return [...found].map(([pid, name]) => `${name} (process ${pid})`);
}

interface Running {
  readonly pid: number;
  readonly name: string;
}

async function programsOf(run: string): Promise<readonly Running[]> {
  const pids = (await readdir('/proc').catch((): string[] => [])).filter((name) => /^\d+$/.test(name));
  const programs = await Promise.all(
    pids.map(async (pid): Promise<readonly Running[]> => {
      // Those of others cannot be read, and ended ones have none.
      const environment = await readFile(join('/proc', pid, 'environ'), 'utf8').catch(() => '');
      if (Number(pid) === process.pid || !environment.split('\0').includes(`${runVariable}=${run}`)) return [];
      const name = (await readFile(join('/proc', pid, 'comm'), 'utf8').catch(() => '')).trim();
      return shared.test(name) ? [] : [{ pid: Number(pid), name }];
    }),
  );
  return programs.flat();
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // ESRCH: it has ended already.
  }
}
