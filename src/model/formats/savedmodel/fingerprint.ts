import { ProtobufReader } from '../../protobuf/reader.ts';
import type { Format } from '../format.ts';
import { tensorflowSchema } from './schema.ts';

/** The fingerprint that TensorFlow puts beside a SavedModel: a few numbers. */
export const fingerprint: Format = {
  id: 'tensorflow-fingerprint',
  title: 'a fingerprint of a SavedModel',
  extensions: ['pb'],
  detect: ({ name, bytes }) => name === 'fingerprint.pb' && (bytes[0] ?? 0) < 0x80,
  inspect: ({ findings }) => {
    const reader = new ProtobufReader(tensorflowSchema, 'FingerprintDef', findings);
    return {
      write: (chunk) => reader.write(chunk),
      end: () => {
        reader.end();
        return { format: 'tensorflow-fingerprint', facts: {} };
      },
    };
  },
};
