/**
 * A driver without GPUs: `node nvidia-smi.ts STATE`. Prints the document STATE/smi.xml; programs of simulated containers that were given
 * its devices appear in it and take memory.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Program, withPrograms } from '../../gpu/nvidia/programs.ts';

function reader(state: string): (...parts: string[]) => string {
  return (...parts) => {
    const file = path.join(state, ...parts);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  };
}

/** Which GPU instance a MIG UUID is on: the devices of `smi.list` are numbered from instance 3 on, as in the real document. */
function instanceOf(listing: string, device: string): string {
  const line = listing.split('\n').find((each) => each.includes(device)) ?? '';
  const index = /Device\s+(\d+):/.exec(line)?.[1];
  return index === undefined ? 'N/A' : String(Number(index) + 3);
}

interface Started extends Program {
  /** As the engine was told: UUIDs or numbers. */
  readonly devices: readonly string[];
  /** Percent; undefined: as busy as it was. */
  readonly busy: number | undefined;
}

function started(state: string): Started[] {
  const read = reader(state);
  const folder = path.join(state, 'containers');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => {
    const [pid, devices] = [read('containers', name, 'pid'), read('containers', name, 'devices')];
    if (pid === '' || devices === '' || read('containers', name, 'exit') !== '') return [];
    const made = read('containers', name, 'container.json');
    if (made.includes('"SIM_GPU":"unused"')) return [];
    const instance = instanceOf(read('smi.list'), devices);
    return [
      {
        pid,
        instance,
        mib: 612,
        devices: devices.split(/[ ,]/),
        busy: made.includes('"SIM_GPU":"idle"') ? undefined : 87,
      },
    ];
  });
}

/** What `nvidia-smi -x -q` prints now. */
export function document(state: string): string {
  const read = reader(state);
  const all = started(state);
  const moreMiB = Number(read('stuck'));
  const listed = read('smi.list');
  let index = 0;
  return read('smi.xml').replaceAll(/<gpu id[\s\S]*?<\/gpu>/g, (gpu) => {
    const names = [String(index++), 'all', /<uuid>(.*?)<\/uuid>/.exec(gpu)?.[1] ?? ''];
    // A MIG device is one of the only GPU of its document.
    const here = all.filter(({ devices }) =>
      devices.some((device) => names.includes(device) || (device !== '' && listed.includes(device))),
    );
    const busy = here.find((one) => one.busy !== undefined)?.busy;
    return withPrograms(gpu, here, { moreMiB, ...(busy === undefined ? {} : { busy }) });
  });
}

if (import.meta.main) process.stdout.write(`${document(process.argv[2] ?? '')}\n`);
