import { Collected, type ArchiveReader } from '../../archives/kind.ts';
import { checkReferences } from '../../archives/plain.ts';
import { printable } from '../../../printable.ts';
import type { InspectContext } from '../format.ts';
import { checkKerasConfig, maxConfig, type KerasConfig } from './configuration.ts';

/** Reads a model of Keras 3. */
export function readKeras(context: InspectContext): ArchiveReader {
  const config = new Collected(maxConfig);
  const metadata = new Collected(1024 * 1024);
  return {
    member: ({ name }) => (name === 'config.json' ? config : name === 'metadata.json' ? metadata : null),
    end: (read) => {
      checkReferences(read, context);
      const checked = checkText(config, 'config.json', context);
      checkText(metadata, 'metadata.json', context);
      const contract = checked?.contract ?? null;
      return {
        format: 'keras',
        facts: { ...checked?.facts, version: versionOf(metadata), members: read.size },
        tensors: [...read.values()].flatMap(({ tensors = [] }) => tensors),
        ...(contract === null ? {} : { contract }),
      };
    },
  };
}

function checkText(member: Collected, name: string, context: InspectContext): KerasConfig | null {
  const { bytes } = member;
  if (bytes !== null) return checkKerasConfig(bytes.toString('utf8'), name, context);
  context.findings.add('keras/config', null, `The member ${name} is not there, or is larger than what is read.`);
  return null;
}

function versionOf({ bytes }: Collected): string {
  const match = /"keras_version":\s*"([^"]*)"/.exec(bytes?.toString('utf8') ?? '');
  return printable(match?.[1] ?? '');
}
