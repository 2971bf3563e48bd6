import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Distribution } from '../../process/distribution.ts';
import { driverInstall } from './packages.ts';
import type { Trouble } from './trouble.ts';

/** What the kernel of this machine tells about the driver, whether or not that answers. */
export interface KernelFacts {
  /** Modules that are loaded. */
  readonly nvidia: boolean;
  readonly nouveau: boolean;
  /** The firmware lets the kernel load signed modules only; null: unknown. */
  readonly secureBoot: boolean | null;
  /** NVSwitch chips on the PCI bus: such a machine computes only with Fabric Manager. */
  readonly switches: number;
  /** Fabric Manager runs; null: processes of the machine cannot be seen from here. */
  readonly fabricManager: boolean | null;
}

/** Source: Linux, `PROC_PID_INIT_INO`. */
const firstNamespace = 'pid:[4026531836]';
/** Source: UEFI specification, EFI_GLOBAL_VARIABLE; the first four bytes are attributes. */
const secureBootVariable = 'SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c';
/** A bridge of NVIDIA that is no bridge to another bus. Source: PCI Code and ID Assignment, class 06h. */
const switchClass = /^0x0680/;

/**
 * Looks at modules, firmware, the bus and processes.
 * @param root of the file system: `/` but for tests
 */
export async function kernelFacts(root: string): Promise<KernelFacts> {
  const isThere = (path: string) =>
    stat(join(root, path)).then(
      () => true,
      () => false,
    );
  const [nvidia, nouveau, secureBoot, switches, fabricManager] = await Promise.all([
    isThere('sys/module/nvidia'),
    isThere('sys/module/nouveau'),
    readFile(join(root, 'sys/firmware/efi/efivars', secureBootVariable)).then(
      (bytes) => bytes.at(-1) === 1,
      () => null,
    ),
    countSwitches(root),
    runsFabricManager(root),
  ]);
  return { nvidia, nouveau, secureBoot, switches, fabricManager };
}

async function countSwitches(root: string): Promise<number> {
  const folder = join(root, 'sys/bus/pci/devices');
  const slots = await readdir(folder).catch((): string[] => []);
  const read = (slot: string, file: string) => readFile(join(folder, slot, file), 'utf8').catch(() => '');
  const found = await Promise.all(
    slots.map(
      async (slot) => (await read(slot, 'vendor')).trim() === '0x10de' && switchClass.test(await read(slot, 'class')),
    ),
  );
  return found.filter(Boolean).length;
}

async function runsFabricManager(root: string): Promise<boolean | null> {
  const namespace = await readlink(join(root, 'proc/self/ns/pid')).catch(() => null);
  if (namespace !== firstNamespace) return null;
  const pids = (await readdir(join(root, 'proc'))).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map((pid) => readFile(join(root, 'proc', pid, 'comm'), 'utf8').catch(() => '')));
  // The kernel cuts names after 15 characters.
  return names.some((name) => name.startsWith('nv-fabricmanage'));
}

/** Why the module is not loaded, where the kernel tells it: an exacter explanation of the same trouble. */
export function withKernelFacts(trouble: Trouble, facts: KernelFacts, distribution: Distribution): Trouble {
  if (trouble.kind !== 'not-loaded' || facts.nvidia) return trouble;
  if (facts.nouveau) {
    const remake = ['fedora', 'rhel', 'suse'].includes(distribution) ? 'dracut --force' : 'update-initramfs -u';
    return {
      ...trouble,
      said: `${trouble.said}: nouveau, the driver of the kernel itself, has the GPU`,
      fix: `Keep nouveau from loading: printf 'blacklist nouveau\\noptions nouveau modeset=0\\n' | sudo tee /etc/modprobe.d/nvidia-no-nouveau.conf && sudo ${remake} && sudo reboot`,
    };
  }
  if (facts.secureBoot === true) {
    return {
      ...trouble,
      said: `${trouble.said}; Secure Boot is on, so the kernel takes signed modules only`,
      fix: `Look whether that is it: sudo modprobe nvidia (Key was rejected by service). Then enrol the key that signed the module, and confirm at the next start: sudo mokutil --import ${keyOf(distribution)} && sudo reboot. Or turn Secure Boot off in the firmware`,
    };
  }
  return trouble;
}

/** Where the distribution's DKMS keeps its public key. */
function keyOf(distribution: Distribution): string {
  if (distribution === 'ubuntu') return '/var/lib/shim-signed/mok/MOK.der';
  return distribution === 'fedora' ? '/etc/pki/akmods/certs/public_key.der' : '/var/lib/dkms/mok.pub';
}

/** There is a GPU on the bus and no driver. */
export function missingDriver(onBus: number, distribution: Distribution): Trouble {
  const gpus = onBus === 1 ? 'an NVIDIA GPU is' : `${onBus} NVIDIA GPUs are`;
  return {
    said: `not installed, although ${gpus} on the bus`,
    fix: `Install the driver: ${driverInstall(distribution)}`,
  };
}
