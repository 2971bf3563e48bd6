import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';
import type { InspectedFile } from '../inspect.ts';

const manifest = 'MAR-INF/MANIFEST.json';

/** Model archives of TorchServe that were unpacked, which it serves as well. */
export const unpackedMar: Layout = {
  id: 'mar',
  check: async (unit) => {
    for (const file of unit.named('MANIFEST.json')) {
      if (file.entry.path === manifest || file.entry.path.endsWith(`/${manifest}`)) await check(unit, file);
    }
    return {};
  },
};

async function check(unit: Unit, file: InspectedFile): Promise<void> {
  const text = await unit.text(file, 1024 * 1024);
  const { checkManifest } = await import('../formats/mar-reader.ts');
  const prefix = file.entry.path.slice(0, -manifest.length);
  const inside = unit.files.filter(({ entry }) => entry.path.startsWith(prefix));
  const names = new Set(inside.map(({ entry }) => entry.path.slice(prefix.length)));
  checkManifest(text === null ? null : Buffer.from(text), names, file);
}
