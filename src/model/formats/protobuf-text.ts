import { TextDecoder } from 'node:util';
import { parseTextProto, TextProtoError } from '../../text-proto.ts';
import type { Format } from './format.ts';
import { Whole } from './whole.ts';

/** Largest message that is parsed. Bytes. */
const maxBytes = 1024 * 1024;

/** The names of classes, as TensorFlow's object detection has them. */
const labelMap = /label_?map\.pbtxt$/;

/** Protobuf messages in text form: Triton's `config.pbtxt`, maps of labels. Others are recognised, not checked. */
export const protobufText: Format = {
  id: 'protobuf-text',
  title: 'a protobuf message in text form',
  extensions: ['pbtxt', 'prototxt', 'textproto'],
  detect: ({ extension, bytes }) => ['pbtxt', 'prototxt', 'textproto'].includes(extension) && !bytes.includes(0),
  inspect: ({ findings, head }) =>
    new Whole(maxBytes, (content, bytes) => {
      if (content === null) {
        findings.add('protobuf-text/invalid', null, `The message has ${bytes} bytes, which are not parsed.`);
      } else if (head.name === 'config.pbtxt' || labelMap.test(head.name)) {
        const problem = problemOf(content, labelMap.test(head.name));
        if (problem !== null) findings.add('protobuf-text/invalid', problem.offset, `The message ${problem.what}.`);
      } else {
        findings.add('format/unsupported', 0, `This is a protobuf message in text form.`);
      }
      return { format: 'protobuf-text', facts: {} };
    }),
};

function problemOf(content: Buffer, labels: boolean): { readonly what: string; readonly offset: number | null } | null {
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return { what: 'is not UTF-8 text', offset: null };
  }
  try {
    const message = parseTextProto(source);
    const other = labels ? [...message.fields.keys()].find((field) => field !== 'item') : undefined;
    return other === undefined ? null : { what: `has the field ${other}, which label maps do not have`, offset: null };
  } catch (error) {
    if (!(error instanceof TextProtoError)) throw error;
    return { what: error.message, offset: Buffer.byteLength(source.slice(0, error.offset)) };
  }
}
