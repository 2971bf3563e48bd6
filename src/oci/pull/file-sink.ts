import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

import type { Sink } from '../tar-reader.ts';

/** A file that is being written. */
export interface FileSink extends Sink {
  /** Closes it, when there is no more for it. */
  abandon(): void;
}

/**
 * Writes a file that does not exist yet; whatever keeps the disk from taking it is thrown by `write` or `end`.
 * @param path of the file, whose folder exists
 * @param mode octal permissions
 * @returns where its content goes
 */
export function fileSink(path: string, mode = 0o666): FileSink {
  const output = createWriteStream(path, { flags: 'wx', mode, highWaterMark: 1024 * 1024 });
  // An error between two calls is kept for the next one.
  const failed = once(output, 'error').then(([error]) => {
    throw error as Error;
  });
  failed.catch(() => undefined);
  return {
    write: async (chunk) => {
      if (!output.write(chunk)) await Promise.race([once(output, 'drain'), failed]);
    },
    end: async () => {
      output.end();
      await finished(output);
    },
    abandon: () => output.destroy(),
  };
}
