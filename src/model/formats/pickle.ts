import { Content } from '../content.ts';
import { Findings } from '../findings.ts';
import type { Contract } from '../../pipeline/evidence.ts';
import { printable } from '../../printable.ts';
import type { EmbeddedModels } from '../pickle/embedded.ts';
import { estimatorFacts, type EstimatorFacts } from '../pickle/estimator.ts';
import { Judge } from '../pickle/judge.ts';
import { Machine } from '../pickle/machine.ts';
import { Rulings } from '../pickle/rulings.ts';
import { PickleStreams } from '../pickle/streams.ts';
import { defaultPolicy } from '../policy.ts';
import { BufferSource } from '../source.ts';
import type { Facts, Format, Head, InspectContext } from './format.ts';

const joblibExtensions = ['joblib', 'jl'];
const extensions = ['pkl', 'pickle', 'pck', 'pcl', 'dill', 'cloudpickle', 'sav', ...joblibExtensions];

/** Python pickles of all protocols, and joblib files with their arrays. */
export const pickle: Format = {
  id: 'pickle',
  title: 'a pickle',
  extensions,
  detect: (head) => extensions.includes(head.extension) || startsNewer(head) || isOlder(head),
  inspect: (context) => {
    const { head, findings, rulings } = context;
    const streams = new PickleStreams(findings, rulings);
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
          facts: { ...streams.facts, ...models.facts, ...featureFacts(estimator) },
          ...(estimator === null ? {} : { contract: estimator.contract }),
        };
      },
    };
  },
};

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

function featureFacts(estimator: EstimatorFacts | null): Facts {
  return estimator === null || estimator.features === null ? {} : { features: estimator.features.map(printable) };
}

/** Protocols 2 to 5 begin with PROTO. */
function startsNewer({ bytes }: Head): boolean {
  return bytes[0] === 0x80 && (bytes[1] ?? 255) <= 5;
}

/** Protocols 0 and 1 have no signature: a pickle is what runs to its STOP and names or holds something. */
function isOlder({ bytes, extension }: Head): boolean {
  if (extension === 'json' || !'(c]}idl'.includes(String.fromCharCode(bytes[0] ?? 0))) return false;
  const judge = new Judge(new Findings(), new Rulings(defaultPolicy), () => null, null);
  const machine = new Machine(judge);
  const rest = machine.feed(bytes);
  return machine.state === 'stopped' && (rest === 0 || judge.globals.length > 0);
}
