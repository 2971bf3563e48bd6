import { Content } from '../content.ts';
import { Findings } from '../findings.ts';
import type { EmbeddedModels } from '../pickle/embedded.ts';
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
        return { format: joblib ? 'joblib' : 'pickle', facts: { ...streams.facts, ...models } };
      },
    };
  },
};

/** Checks the boosters in a pickle as files of their own formats. */
async function inspectModels({ found, left }: EmbeddedModels, context: InspectContext): Promise<Facts> {
  const formats: string[] = [];
  for (const { offset, content } of found) {
    const title = `model at byte ${offset}`;
    const source = new BufferSource(content);
    const inner = new Content(context, { name: 'model', title, size: content.length, source });
    await inner.write(content);
    formats.push((await inner.end()).format);
  }
  if (left > 0) context.findings.add('pickle/limit', null, `${left} models in it are too large to be checked.`);
  return formats.length > 0 ? { models: formats } : {};
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
