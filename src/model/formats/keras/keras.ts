import type { Contract } from '../../../pipeline/evidence.ts';
import { Collected, type ArchiveKind } from '../../archives/kind.ts';
import { checkReferences } from '../../archives/plain.ts';
import { printable } from '../../../printable.ts';
import { JsonError, parseStrictJson, type Json } from '../../strict-json.ts';
import type { Facts, InspectContext } from '../format.ts';
import { checkConfig } from './config.ts';
import { contractOf } from './contract.ts';

/** Largest configuration that is parsed. Bytes. */
const maxConfig = 8 * 1024 * 1024;

/** What a configuration of Keras says. */
export interface KerasConfig {
  readonly facts: Facts;
  readonly contract: Contract | null;
}

/** Checks a configuration of Keras that is written in JSON; `title` names it in messages. Null, with a finding, when it is none. */
export function checkKerasConfig(text: string, title: string, context: InspectContext): KerasConfig | null {
  const { findings, rulings } = context;
  if (text.length > maxConfig) {
    findings.add('keras/config', null, `The ${title} has ${text.length} characters; up to ${maxConfig} are read.`);
    return null;
  }
  let config: Json;
  try {
    config = parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    findings.add('keras/config', null, `The ${title} ${error.message}.`);
    return null;
  }
  const { classes } = checkConfig(config, findings, rulings);
  return { facts: { classes: classes.slice(0, 500) }, contract: contractOf(config) };
}

/** A model of Keras 3: its configuration in JSON, its weights in HDF5. */
export const keras: ArchiveKind = {
  id: 'keras',
  title: 'a Keras model',
  extensions: ['keras'],
  matches: (names) => names.has('config.json') && names.has('metadata.json'),
  open: (context) => {
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
  },
};

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
