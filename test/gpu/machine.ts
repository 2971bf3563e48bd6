import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface SimulatedMachine {
  /** Folder on PATH with the simulated programs. */
  readonly bin: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Root of a file system with these devices. */
  readonly root: string;
  /** Writes a program into `bin`. */
  readonly program: (name: string, script: string) => void;
}

/** A machine with nothing but the usual programs; `devices` are names below /dev, `bus` makers and classes on the PCI bus. */
export function machine(
  devices: readonly string[] = [],
  bus: readonly (readonly [vendor: string, kind: string])[] = [],
): SimulatedMachine {
  const folder = mkdtempSync(path.join(tmpdir(), 'machine-'));
  const [bin, root] = [path.join(folder, 'bin'), path.join(folder, 'root')];
  mkdirSync(bin);
  mkdirSync(path.join(root, 'dev'), { recursive: true });
  for (const name of devices) {
    mkdirSync(path.dirname(path.join(root, 'dev', name)), { recursive: true });
    writeFileSync(path.join(root, 'dev', name), '');
  }
  bus.forEach(([vendor, kind], index) => {
    const slot = path.join(root, 'sys/bus/pci/devices', `0000:0${index}:00.0`);
    mkdirSync(slot, { recursive: true });
    writeFileSync(path.join(slot, 'vendor'), `${vendor}\n`);
    writeFileSync(path.join(slot, 'class'), `${kind}\n`);
  });
  return {
    bin,
    root,
    environment: {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: folder,
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    },
    program: (name, script) => {
      const target = path.join(bin, name);
      writeFileSync(target, script.startsWith('#!') ? script : `#!/bin/sh\n${script}\n`);
      chmodSync(target, 0o755);
    },
  };
}

/** An nvidia-smi that prints this document for `-x -q`, and this for `-L`. */
export function smiScript(xml: string, listing = ''): string {
  return [
    '#!/bin/sh',
    'case "$*" in',
    `  "-x -q") cat <<'END'\n${xml}\nEND\n;;`,
    `  "-L") cat <<'END'\n${listing}\nEND\n;;`,
    '  *) echo "Field is not a valid field to query." ; exit 2 ;;',
    'esac',
    '',
  ].join('\n');
}
