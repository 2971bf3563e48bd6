import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import { PullParser, type Pulling, type Pushed } from '../pushed.ts';
import type { TensorPlace, TensorScan } from '../size/tensor-scan.ts';
import type { Facts, InspectContext, Inspector } from './format.ts';
import { Layout } from './gguf-layout.ts';
import { Truncated, readMetadata, type Metadata } from './gguf-metadata.ts';
import { readTensors } from './gguf-tensors.ts';

/** Metadata entries and tensors that are followed; real models have some thousands. */
const maxEntries = 1_000_000n;
const maxTensors = 250_000n;

/** Checks a GGUF model. */
export function inspectGguf({ findings, source }: InspectContext): Inspector {
  const templates: Templates = [];
  const parser = new PullParser((pushed) => read(pushed, findings, templates));
  return {
    write: (chunk) => {
      parser.write(chunk);
    },
    end: async () => {
      const { facts, data } = parser.end();
      await judgeTemplates(templates, findings);
      if (data === null) return { format: 'gguf', facts };
      const { places, scan } = data;
      await scan.prove(source);
      const tensors = places.map((place) => {
        const { name, dtype, elements, begin, end } = place;
        const seen = scan.of(place);
        return { name, dtype, elements, bytes: end - begin, ...(seen === undefined ? {} : { data: seen }) };
      });
      return { format: 'gguf', facts, tensors };
    },
  };
}

/** What was read. */
interface Read {
  readonly facts: Facts;
  readonly data: { readonly places: readonly TensorPlace[]; readonly scan: TensorScan } | null;
}

type Templates = Metadata['templates'][number][];

function* read(pushed: Pushed, findings: Findings, templates: Templates): Pulling<Read> {
  try {
    return yield* readAll(pushed, findings, templates);
  } catch (error) {
    if (!(error instanceof Truncated)) throw error;
    findings.add('gguf/truncated', pushed.offset + pushed.available, `The file ends inside ${error.message}.`);
    return { facts: {}, data: null };
  }
}

function* readAll(pushed: Pushed, findings: Findings, templates: Templates): Pulling<Read> {
  const nothing = { facts: {}, data: null };
  const header = yield* pushed.take(24);
  if (header === null) throw new Truncated('the header');
  const version = header.readUInt32LE(4);
  if (version !== 0 && (version & 0xffff) === 0) {
    findings.add('gguf/endian', 4, `The version (0x${version.toString(16)}) is that of a big-endian file.`);
    return nothing;
  }
  if (version !== 2 && version !== 3) {
    findings.add('gguf/header', 4, `The version is ${version}; readers know 2 and 3.`);
    return nothing;
  }
  const tensors = header.readBigUInt64LE(8);
  const entries = header.readBigUInt64LE(16);
  if (tensors > maxTensors || entries > maxEntries) {
    findings.add('gguf/header', 8, `The header claims ${tensors} tensors and ${entries} metadata entries.`);
    return nothing;
  }
  const metadata = yield* readMetadata(pushed, Number(entries), findings);
  if (metadata === null) return nothing;
  templates.push(...metadata.templates);
  const infos = yield* readTensors(pushed, Number(tensors), findings);
  const facts = describe(version, metadata, infos ?? []);
  if (infos === null || metadata.alignment === null) return { facts, data: null };
  const layout = new Layout(infos, metadata.alignment, pushed, findings);
  return { facts, data: yield* layout.read() };
}

async function judgeTemplates(templates: Templates, findings: Findings): Promise<void> {
  for (const { key, offset, text } of templates) {
    const { judgeTemplate } = await import('../templates/chat-template.ts');
    for (const { rule, message } of judgeTemplate(text)) findings.add(rule, offset, `${printable(key)}: ${message}`);
  }
}

function describe(version: number, metadata: Metadata, infos: readonly { type: string; elements: number }[]): Facts {
  return {
    version,
    ...(metadata.architecture === null ? {} : { architecture: printable(metadata.architecture) }),
    entries: metadata.entries,
    tensors: infos.length,
    parameters: infos.reduce((sum, { elements }) => sum + elements, 0),
    dtypes: [...new Set(infos.map(({ type }) => type))].toSorted(),
    chatTemplates: metadata.templates.length,
  };
}
