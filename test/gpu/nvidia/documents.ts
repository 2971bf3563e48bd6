import { readFileSync } from 'node:fs';

/** A real document of nvidia-smi (README.md names its source). */
export function real(name: string): string {
  return readFileSync(new URL(`real/${name}.xml`, import.meta.url), 'utf8');
}

type Change = readonly [what: RegExp, by: string];

/** A document made from a real one; every change must change something. */
export function derive(from: string, ...changes: readonly Change[]): string {
  let xml = from;
  for (const [what, by] of changes) {
    const changed = xml.replace(what, by);
    if (changed === xml) throw new Error(`nothing to change: ${what.source}`);
    xml = changed;
  }
  return xml;
}

const field = (name: string, value: string): Change => [
  new RegExp(`<${name}>[^<]*</${name}>`),
  `<${name}>${value}</${name}>`,
];
const driver = (version: string, cuda: string): Change[] => [
  field('driver_version', version),
  field('cuda_version', cuda),
];
const product = (name: string, architecture: string, mib: number): Change[] => [
  field('product_name', name),
  field('product_architecture', architecture),
  [/(<fb_memory_usage>\s*<total>)\d+/, `$1${mib}`],
  [/(<fb_memory_usage>[\s\S]*?<free>)\d+/, `$1${mib - 500}`],
];
const process = (pid: number, name: string, mib: number) =>
  `<process_info><gpu_instance_id>N/A</gpu_instance_id><compute_instance_id>N/A</compute_instance_id><pid>${pid}</pid><type>C</type><process_name>${name}</process_name><used_memory>${mib} MiB</used_memory></process_info>`;

/** The whole `<gpu>` element of a one-GPU document. */
const gpuOf = (xml: string) => /<gpu id[\s\S]*<\/gpu>/.exec(xml)?.[0] ?? '';
const a10g = () => real('a10g');
const a100 = () => real('a100-sxm4-v12');
const h100 = () =>
  derive(
    a10g(),
    ...driver('535.129.03', '12.2'),
    ...product('NVIDIA H100 80GB HBM3', 'Hopper', 81559),
    field('current_mig', 'Disabled'),
  );

/** Situations of which no published document was found: what each is made from, and what was changed, is its code. */
export const derived: Readonly<Record<string, () => string>> = {
  'v100-450': () =>
    derive(
      real('quadro-p400'),
      ...driver('450.51.06', '11.0'),
      field('product_name', 'Tesla V100-SXM2-16GB'),
      field('current_ecc', 'Enabled'),
      [/(<single_bit>[\s\S]*?<total>)N\/A/, '$17'],
      [/(<double_bit>[\s\S]*?<total>)N\/A/, '$12'],
    ),
  't4-460': () =>
    derive(
      real('tesla-t4'),
      ...driver('460.32.03', '11.2'),
      [/\s*<reserved>[^<]*<\/reserved>/, ''],
      [/\s*<product_architecture>[^<]*<\/product_architecture>/, ''],
    ),
  'h100-535': h100,
  'h100-mig': () =>
    derive(
      a100(),
      ...driver('550.54.15', '12.4'),
      field('product_name', 'NVIDIA H100 80GB HBM3'),
      field('product_architecture', 'Hopper'),
    ),
  'h100-580': () =>
    derive(
      real('pro-6000-blackwell-v13'),
      ...driver('580.65.06', '13.0'),
      ...product('NVIDIA H100 80GB HBM3', 'Hopper', 81559),
    ),
  'l4-550': () =>
    derive(real('tesla-t4'), ...driver('550.54.15', '12.4'), ...product('NVIDIA L4', 'Ada Lovelace', 23034)),
  'a100-mig-off': () =>
    derive(a100(), field('current_mig', 'Disabled'), [
      /<mig_devices>[\s\S]*<\/mig_devices>/,
      '<mig_devices>None</mig_devices>',
    ]),
  'a100-mig-empty': () => derive(a100(), [/<mig_devices>[\s\S]*<\/mig_devices>/, '<mig_devices>None</mig_devices>']),
  'two-a100-one-mig': () =>
    derive(a100(), field('attached_gpus', '2'), [
      /<\/gpu>/,
      `</gpu>${derive(gpuOf(h100()), field('uuid', 'GPU-aaaaaaaa-0000-0000-0000-000000000001'), [/<gpu id="[^"]*"/, '<gpu id="00000000:41:00.0"'])}`,
    ]),
  'two-h100': () =>
    derive(h100(), field('attached_gpus', '2'), [
      /<\/gpu>/,
      `</gpu>${derive(gpuOf(h100()), field('uuid', 'GPU-aaaaaaaa-0000-0000-0000-000000000002'), [/<gpu id="[^"]*"/, '<gpu id="00000000:41:00.0"'])}`,
    ]),
  'err-fields': () =>
    derive(
      a10g(),
      field('gpu_temp', 'ERR!'),
      field('fan_speed', 'ERR!'),
      field('power_draw', 'ERR!'),
      field('gpu_util', 'Unknown Error'),
    ),
  'gpu-lost': () => derive(a10g(), field('performance_state', 'GPU is lost'), field('gpu_temp', 'GPU is lost')),
  'not-supported': () => derive(a10g(), field('gpu_util', '[Not Supported]'), field('gpu_temp', '[N/A]')),
  exclusive: () =>
    derive(h100(), field('compute_mode', 'Exclusive_Process'), [
      /<processes>[\s\S]*<\/processes>/,
      `<processes>${process(4711, 'python3', 1024)}</processes>`,
    ]),
  prohibited: () => derive(a10g(), field('compute_mode', 'Prohibited')),
  'ecc-errors': () => derive(a10g(), field('dram_uncorrectable', '3'), field('sram_correctable', '5')),
  'remap-failed': () => derive(a10g(), field('remapped_row_failure', 'Yes'), field('remapped_row_pending', 'Yes')),
  'recovery-asked': () => derive(real('pro-6000-blackwell-v13'), field('gpu_recovery_action', 'Reset')),
  'no-device': () => derive(a10g(), field('attached_gpus', '0'), [/<gpu id[\s\S]*<\/gpu>/, '']),
  'warning-around': () =>
    `WARNING: infoROM is corrupted at gpu 0000:3B:00.0\n${a10g()}\nWARNING: infoROM is corrupted at gpu 0000:3B:00.0\n`,
  busy: () =>
    derive(
      h100(),
      [/<processes>[\s\S]*<\/processes>/, `<processes>${process(4711, 'python3', 72000)}</processes>`],
      [/(<fb_memory_usage>[\s\S]*?<used>)\d+/, '$172010'],
      [/(<fb_memory_usage>[\s\S]*?<free>)\d+/, '$19000'],
    ),
};
