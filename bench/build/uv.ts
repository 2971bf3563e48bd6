import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { cacheFolder } from '../../test/cluster/build/cache.ts';
import { keptPython } from '../../test/server/venv.ts';

/** Folder of a uv that is kept between runs. */
export async function uvFolder(): Promise<string> {
  const requirements = join(cacheFolder(), 'bench-uv.txt');
  writeFileSync(requirements, 'uv==0.13.9\n');
  return dirname(await keptPython({ name: 'uv', requirements: [requirements] }));
}
