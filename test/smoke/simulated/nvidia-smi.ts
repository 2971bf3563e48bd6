/**
 * A driver without GPUs: `node nvidia-smi.ts STATE`. Prints the document STATE/smi.xml; programs of simulated containers that were given
 * its devices appear in it and take memory.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

function reader(state: string): (...parts: string[]) => string {
  return (...parts) => {
    const file = path.join(state, ...parts);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  };
}

interface Program {
  readonly pid: string;
  readonly instance: string;
  readonly mib: number;
}

/** Which GPU instance a MIG UUID is on: the devices of `smi.list` are numbered from instance 3 on, as in the real document. */
function instanceOf(listing: string, device: string): string {
  const line = listing.split('\n').find((each) => each.includes(device)) ?? '';
  const index = /Device\s+(\d+):/.exec(line)?.[1];
  return index === undefined ? 'N/A' : String(Number(index) + 3);
}

function programs(state: string): Program[] {
  const read = reader(state);
  const folder = path.join(state, 'containers');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.flatMap((name) => {
    const [pid, devices] = [read('containers', name, 'pid'), read('containers', name, 'devices')];
    if (pid === '' || devices === '' || read('containers', name, 'exit') !== '') return [];
    if (read('containers', name, 'container.json').includes('"SIM_GPU":"unused"')) return [];
    return [{ pid, instance: instanceOf(read('smi.list'), devices), mib: 612 }];
  });
}

/** What `nvidia-smi -x -q` prints now. */
export function document(state: string): string {
  const read = reader(state);
  let xml = read('smi.xml');
  const stuck = Number(read('stuck'));
  const there = programs(state);
  const used = there.reduce((sum, { mib }) => sum + mib, stuck);
  const infos = there.map(
    ({ pid, instance, mib }) =>
      `<process_info><gpu_instance_id>${instance}</gpu_instance_id><compute_instance_id>0</compute_instance_id><pid>${pid}</pid><type>C</type><process_name>node</process_name><used_memory>${mib} MiB</used_memory></process_info>`,
  );
  if (infos.length > 0) {
    xml = xml
      .replace(/<processes ?\/>|<processes>\s*<\/processes>/, `<processes>${infos.join('')}</processes>`)
      .replace(/<\/process_info>\s*<\/processes>/, `</process_info>${infos.join('')}</processes>`)
      .replace(/(<gpu_util>)\d+/, '$187');
  }
  return xml.replaceAll(
    /(<fb_memory_usage>[\s\S]*?<used>)(\d+)/g,
    (_, head: string, mib: string) => head + String(Number(mib) + used),
  );
}

if (import.meta.main) process.stdout.write(`${document(process.argv[2] ?? '')}\n`);
