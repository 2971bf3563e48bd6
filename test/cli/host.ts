import { Writable } from 'node:stream';
import type { Host } from '../../src/cli/host.ts';

/** A stream that keeps what is written. */
export class Capture extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY = false) {
    super();
    this.isTTY = isTTY;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** A host with streams that can be read afterwards. */
export function captureHost(
  cwd: string,
  environment: Record<string, string> = {},
): Host & { readonly stdout: Capture; readonly stderr: Capture } {
  return { stdout: new Capture(), stderr: new Capture(), environment, cwd };
}
