import { ProtobufReader } from '../../protobuf/reader.ts';
import type { InspectContext, Inspector } from '../format.ts';
import { tensorflowSchema } from '../savedmodel/schema.ts';
import { checkKerasConfig } from './configuration.ts';

/** Checks the configuration of every layer. */
export function inspectKerasMetadata(context: InspectContext): Inspector {
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
}
