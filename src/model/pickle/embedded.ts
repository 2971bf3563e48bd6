import type { PayloadEncoding } from './observer.ts';
import type { Sink } from './payload.ts';

/** Models in one pickle that are held until it has been read, together. Bytes. */
const maxBytes = 64 * 1024 * 1024;

/** A model of another format in a payload of a pickle: boosters are pickled as the files that their libraries write. */
export interface EmbeddedModel {
  /** Of the payload in the pickle, bytes. */
  readonly offset: number;
  readonly content: Buffer;
}

/** What is known of a payload when it begins. */
export interface PayloadStart {
  readonly head: Buffer;
  /** Bytes. */
  readonly length: number;
  readonly offset: number;
  readonly encoding: PayloadEncoding;
}

/** Collects them: their formats are checked behind the pickle. */
export class EmbeddedModels {
  readonly found: EmbeddedModel[] = [];
  /** Models that were too large to be held. */
  left = 0;
  private bytes = 0;

  /** A sink for a payload that begins like one, else null. */
  open({ head, length, offset, encoding }: PayloadStart): Sink | null {
    if (!isBooster(head)) return null;
    const isBytes = head[0] !== 0x74 && encoding === 'utf8';
    if (this.bytes + length > maxBytes) {
      this.left++;
      return null;
    }
    this.bytes += length;
    const parts: Buffer[] = [];
    return {
      write: (bytes) => parts.push(Buffer.from(bytes)),
      end: () => {
        const written = Buffer.concat(parts);
        // Protocols 0 to 2 have no bytes: each is a character.
        this.found.push({ offset, content: isBytes ? Buffer.from(written.toString('utf8'), 'latin1') : written });
      },
    };
  }
}

/** CatBoost; LightGBM; the snapshot of XGBoost in UBJSON, an object whose first key is `Config`. */
function isBooster(head: Buffer): boolean {
  const start = head.toString('latin1', 0, 16);
  return start.startsWith('CBM1') || start.startsWith('tree\nversion=') || start === '{L\0\0\0\0\0\0\0\x06Config';
}
