import type { Format } from '../format.ts';
import { loaded } from '../loaded.ts';

/** The fingerprint that TensorFlow puts beside a SavedModel: a few numbers. */
export const fingerprint: Format = {
  id: 'tensorflow-fingerprint',
  title: 'a fingerprint of a SavedModel',
  extensions: ['pb'],
  detect: ({ name, bytes }) => name === 'fingerprint.pb' && (bytes[0] ?? 0) < 0x80,
  inspect: loaded(async () => (await import('./fingerprint-inspector.ts')).inspectFingerprint),
};
