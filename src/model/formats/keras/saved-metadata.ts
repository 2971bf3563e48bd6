import { ProtobufReader } from '../../protobuf/reader.ts';
import type { Format } from '../format.ts';
import { tensorflowSchema } from '../savedmodel/schema.ts';
import { checkKerasConfig } from './keras.ts';

/** What Keras 2 writes beside a SavedModel: the configuration of every layer, from which keras.models.load_model builds them again. */
export const kerasMetadata: Format = {
  id: 'keras-metadata',
  title: 'the Keras metadata of a SavedModel',
  extensions: ['pb'],
  detect: ({ name, bytes }) => name === 'keras_metadata.pb' && (bytes[0] ?? 0) === 0x0a,
  inspect: (context) => {
    const reader = new ProtobufReader(tensorflowSchema, 'SavedMetadata', context.findings, {
      'SavedMetadata.nodes': (node) =>
        checkKerasConfig(node.text('metadata'), `metadata of node ${node.number('node_id')}`, context),
    });
    return {
      write: (chunk) => reader.write(chunk),
      end: () => {
        reader.end();
        return { format: 'keras-metadata', facts: {} };
      },
    };
  },
};
