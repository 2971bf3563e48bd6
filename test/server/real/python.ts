import { join } from 'node:path';

import { keptPython } from '../venv.ts';

const folder = new URL('requirements/', import.meta.url).pathname;

/** Real model servers that PyPI has. */
export type RealServer = 'archiver' | 'kserve' | 'llamacpp' | 'mlserver' | 'torchserve' | 'triton';

/** PyPI's torch is a CUDA build of several gigabytes; Debian's is for the CPU. */
const torch = {
  'python3-torch': '/usr/lib/python3/dist-packages/torch/__init__.py',
  'openjdk-17-jre-headless': 'java',
};

/**
 * A Python with one real model server.
 * @param server which one; its pinned versions are beside this file
 * @returns path of the Python
 */
export function pythonWith(server: RealServer): Promise<string> {
  return keptPython({
    name: server,
    requirements: [join(folder, `${server}.txt`)],
    ...(server === 'torchserve' ? { debian: torch } : {}),
  });
}
