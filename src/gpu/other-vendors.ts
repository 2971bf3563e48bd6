import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makers of accelerators by their number on the PCI bus. Source: https://pci-ids.ucw.cz */
const vendors: Readonly<Record<string, string>> = {
  '0x10de': 'NVIDIA',
  '0x1002': 'AMD',
  '0x8086': 'Intel',
  '0x1da3': 'Habana',
  '0x1d0f': 'Amazon',
  '0x1ae0': 'Google',
};
/** Display controllers, and processing accelerators. Source: PCI Code and ID Assignment. */
const acceleratorClass = /^0x(03|12)/;

/** Accelerators on the PCI bus by their maker, such as `{NVIDIA: 2}`. Empty where the kernel does not tell. */
export async function onPciBus(root: string): Promise<Readonly<Record<string, number>>> {
  const folder = join(root, 'sys/bus/pci/devices');
  const slots = await readdir(folder).catch((): string[] => []);
  const found = await Promise.all(
    slots.map(async (slot) => {
      const read = (file: string) => readFile(join(folder, slot, file), 'utf8').catch(() => '');
      const [vendor, kind] = await Promise.all([read('vendor'), read('class')]);
      return acceleratorClass.test(kind.trim()) ? (vendors[vendor.trim()] ?? null) : null;
    }),
  );
  const counts: Record<string, number> = {};
  for (const maker of found) if (maker !== null) counts[maker] = (counts[maker] ?? 0) + 1;
  return counts;
}

/**
 * Accelerators of other makers, which this program cannot test on, in words. A graphics unit of Intel or AMD that draws the screen is
 * one too: nothing tells it from a card for computing.
 * @param root of the file system: `/` but for tests
 * @param platform as in `process.platform` and `process.arch`
 */
export async function otherVendors(root: string, platform: string): Promise<readonly string[]> {
  const [bus, devices, accelerators] = await Promise.all([
    onPciBus(root),
    readdir(join(root, 'dev')).catch((): string[] => []),
    readdir(join(root, 'dev/accel')).catch((): string[] => []),
  ]);
  const has = (maker: string) => (bus[maker] ?? 0) > 0;
  return [
    ...(devices.includes('kfd') ? ['AMD (ROCm, /dev/kfd)'] : has('AMD') ? ['AMD (no ROCm driver)'] : []),
    ...(has('Habana') || devices.some((name) => /^hl\d+$/.test(name)) ? ['Intel Gaudi (Habana)'] : []),
    ...(has('Intel') && devices.includes('dri') ? ['Intel (/dev/dri)'] : []),
    ...(has('Amazon') || devices.some((name) => /^neuron\d+$/.test(name)) ? ['AWS Neuron'] : []),
    ...(has('Google') ? ['Google TPU'] : []),
    ...(accelerators.length > 0 && !has('Habana') && !has('Google') ? ['an accelerator (/dev/accel)'] : []),
    ...(platform === 'darwin-arm64' ? ['Apple (Metal)'] : []),
  ];
}
