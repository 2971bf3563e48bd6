import { ProtobufReader } from '../../protobuf/reader.ts';
import type { InspectContext, Inspector } from '../format.ts';
import { tensorflowSchema } from './schema.ts';

/** Checks that a fingerprint is one. */
export function inspectFingerprint({ findings }: InspectContext): Inspector {
  const reader = new ProtobufReader(tensorflowSchema, 'FingerprintDef', findings);
  return {
    write: (chunk) => reader.write(chunk),
    end: () => {
      reader.end();
      return { format: 'tensorflow-fingerprint', facts: {} };
    },
  };
}
