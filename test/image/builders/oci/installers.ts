import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { keptPython } from '../../../server/venv.ts';
import { debianPython } from './small-base.ts';

/** A PATH with uv, installed as its users do. */
export async function uvPath(): Promise<string> {
  const python = await keptPython({ name: 'uv', requirements: [new URL('./uv.txt', import.meta.url).pathname] });
  return dirname(python);
}

/** A PATH with the pip of the distribution's Python and nothing else. */
export function pipPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-pip-'));
  symlinkSync('/usr/bin/python3', join(folder, `python${debianPython()}`));
  return folder;
}
