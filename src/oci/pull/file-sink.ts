import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

import type { Sink } from '../tar-reader.ts';

/** A file that is being written. */
export interface FileSink extends Sink {
  /** Closes it, when there is no more for it. */
  abandon(): void;
}

/** Bytes that may wait for the disk. */
const usualWaiting = 1024 * 1024;

/**
 * Writes a file that does not exist yet; whatever keeps the disk from taking it is thrown by `write` or `end`. Memory does not grow with it.
 * @param path of the file, whose folder exists
 * @param mode octal permissions
 * @param waiting bytes that may wait for the disk before `write` does
 * @returns where its content goes
 */
export function fileSink(path: string, mode = 0o666, waiting = usualWaiting): FileSink {
  const output = createWriteStream(path, { flags: 'wx', mode, highWaterMark: waiting });
  // An error between two calls is kept for the next one; `once` rejects by itself when one comes while it waits.
  let failure: Error | null = null;
  output.on('error', (error) => {
    failure = error;
  });
  return {
    write: async (chunk) => {
      if (failure !== null) throw failure;
      if (!output.write(chunk)) await once(output, 'drain');
    },
    end: async () => {
      output.end();
      await finished(output);
    },
    abandon: () => output.destroy(),
  };
}
