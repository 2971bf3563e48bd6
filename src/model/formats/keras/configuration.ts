import type { Contract } from '../../../pipeline/evidence.ts';
import { Rulings } from '../../pickle/rulings.ts';
import { JsonError, parseStrictJson, type Json } from '../../strict-json.ts';
import type { Facts, InspectContext } from '../format.ts';
import { checkConfig } from './config.ts';
import { contractOf } from './contract.ts';

/** Largest configuration that is parsed. Bytes. */
export const maxConfig = 8 * 1024 * 1024;

/** What a configuration of Keras says. */
export interface KerasConfig {
  readonly facts: Facts;
  readonly contract: Contract | null;
}

/** Checks a configuration of Keras that is written in JSON; `title` names it in messages. Null, with a finding, when it is none. */
export function checkKerasConfig(text: string, title: string, context: InspectContext): KerasConfig | null {
  const { findings, policy } = context;
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
  const { classes } = checkConfig(config, findings, new Rulings(policy));
  return { facts: { classes: classes.slice(0, 500) }, contract: contractOf(config) };
}
