import { Content } from '../content.ts';
import { Findings } from '../findings.ts';
import type { Contract } from '../../pipeline/evidence.ts';
import { printable } from '../../printable.ts';
import type { EmbeddedModels } from '../pickle/embedded.ts';
import { estimatorFacts, writtenBySklearn, type EstimatorFacts } from '../pickle/estimator.ts';
import type { Value } from '../pickle/values.ts';
import { Judge } from '../pickle/judge.ts';
import { Machine } from '../pickle/machine.ts';
import { Rulings } from '../pickle/rulings.ts';
import { PickleStreams } from '../pickle/streams.ts';
import { defaultPolicy } from '../policy.ts';
import { BufferSource } from '../source.ts';
import type { Facts, InspectContext, Inspector } from './format.ts';
import { joblibExtensions } from './pickle.ts';

/** Checks pickles that follow each other, and joblib files with their arrays. */
export function inspectPickle(context: InspectContext): Inspector {
  const { head, findings, policy } = context;
  const streams = new PickleStreams(findings, new Rulings(policy));
  return {
    write: (chunk) => {
      streams.write(chunk);
    },
    end: async () => {
      streams.end();
      const models = await inspectModels(streams.models, context);
      const joblib = streams.arrays.arrays > 0 || joblibExtensions.includes(head.extension);
      const estimator = estimatorFacts(streams.held, models.contracts);
      return {
        format: joblib ? 'joblib' : 'pickle',
        facts: { ...streams.facts, ...models.facts, ...featureFacts(estimator), ...versionFacts(streams.held) },
        ...(estimator === null ? {} : { contract: estimator.contract }),
      };
    },
  };
}

/** What the boosters in a pickle say. */
interface Embedded {
  readonly facts: Facts;
  readonly contracts: readonly Contract[];
}

/** Checks the boosters in a pickle as files of their own formats. */
async function inspectModels({ found, left }: EmbeddedModels, context: InspectContext): Promise<Embedded> {
  const formats: string[] = [];
  const contracts: Contract[] = [];
  for (const { offset, content } of found) {
    const title = `model at byte ${offset}`;
    const source = new BufferSource(content);
    const inner = new Content(context, { name: 'model', title, size: content.length, source });
    await inner.write(content);
    const { format, contract } = await inner.end();
    formats.push(format);
    if (contract !== undefined) contracts.push(contract);
  }
  if (left > 0) context.findings.add('pickle/limit', null, `${left} models in it are too large to be checked.`);
  return { contracts, facts: formats.length > 0 ? { models: formats } : {} };
}

function versionFacts(held: Value): Facts {
  const version = writtenBySklearn(held);
  return version === null ? {} : { sklearn: version };
}

function featureFacts(estimator: EstimatorFacts | null): Facts {
  return estimator === null || estimator.features === null ? {} : { features: estimator.features.map(printable) };
}

/** Whether a content without a signature is a pickle: it runs to its STOP, and names or holds something. */
export function isWholePickle(bytes: Buffer): boolean {
  const judge = new Judge(new Findings(), new Rulings(defaultPolicy), () => null, null);
  const machine = new Machine(judge);
  const rest = machine.feed(bytes);
  return machine.state === 'stopped' && (rest === 0 || judge.globals.length > 0);
}
