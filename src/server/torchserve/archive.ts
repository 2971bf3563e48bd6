import { readFile } from 'node:fs/promises';

import { usualVersion } from './properties.ts';
import { zip } from './zip.ts';

const handlerSource = new URL('./handler.py', import.meta.url);

/** What goes into a model archive besides the handler. */
export interface ArchiveFacts {
  readonly name: string;
  /** Read by handler.py: inputs, outputs, and the TorchScript file relative to the model's folder (null: the entry loads it). */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Text of the project's inference.py. */
  readonly entry: string | null;
}

/**
 * A model archive (`.mar`, a zip) for TorchServe: handler, settings and manifest. The weights are not in it: TorchServe unpacks an
 * archive at each start, so they would be on the node twice, and would be sent again with every change of the code. The same facts give
 * the same bytes.
 */
export async function modelArchive({ name, settings, entry }: ArchiveFacts): Promise<Uint8Array> {
  const manifest = {
    createdOn: '01/01/1980 00:00:00',
    runtime: 'python',
    model: { modelName: name, handler: 'handler.py:handle', modelVersion: usualVersion },
    archiverVersion: '0.12.0',
  };
  const files: Record<string, string> = {
    'MAR-INF/MANIFEST.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'handler.py': await readFile(handlerSource, 'utf8'),
    'settings.json': `${JSON.stringify(settings)}\n`,
    ...(entry === null ? {} : { 'inference.py': entry }),
  };
  return zip(Object.entries(files).map(([path, text]) => ({ path, content: Buffer.from(text, 'utf8') })));
}
