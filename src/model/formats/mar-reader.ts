import { TextDecoder } from 'node:util';
import { checkReferences } from '../archives/plain.ts';
import { Collected, type ArchiveReader } from '../archives/kind.ts';
import type { Member } from '../archives/member.ts';
import { printable } from '../../printable.ts';
import { JsonError, parseStrictJson, type Json } from '../strict-json.ts';
import type { InspectContext } from './format.ts';

/** Largest manifest that is parsed. Bytes. */
const maxManifest = 1024 * 1024;
/** Handlers that come with TorchServe; others are files of the archive. */
const handlers = ['image_classifier', 'image_segmenter', 'object_detector', 'text_classifier'];

/** Reads a model archive of TorchServe. */
export function readMar(context: InspectContext, members: readonly Member[]): ArchiveReader {
  const manifest = new Collected(maxManifest);
  const names = new Set(members.map(({ name }) => name));
  return {
    // Code in the archive is a finding of its own, by its format.
    member: ({ name }) => (name === 'MAR-INF/MANIFEST.json' ? manifest : null),
    end: (read) => {
      checkReferences(read, context);
      const version = checkManifest(manifest.bytes, names, context);
      return {
        format: 'mar',
        facts: { members: members.length, ...(version === null ? {} : { version }) },
        tensors: [...read.values()].flatMap(({ tensors = [] }) => tensors),
      };
    },
  };
}

/** Returns the version that the manifest gives the model: TorchServe finds its settings by it. Null: it gives none. */
export function checkManifest(
  bytes: Buffer | null,
  names: ReadonlySet<string>,
  { findings }: Pick<InspectContext, 'findings'>,
): string | null {
  const manifest = bytes === null ? 'has more than 1 MiB' : parse(bytes);
  if (typeof manifest === 'string') {
    findings.add('mar/manifest', null, `The manifest ${manifest}.`);
    return null;
  }
  const model = manifest instanceof Map ? (manifest as ReadonlyMap<string, Json>).get('model') : undefined;
  if (!(model instanceof Map)) {
    findings.add('mar/manifest', null, 'The manifest describes no model.');
    return null;
  }
  const fields: ReadonlyMap<string, Json> = model;
  for (const key of ['serializedFile', 'modelFile', 'handler']) {
    const value = fields.get(key);
    if (value === undefined || value === '') continue;
    // `handler.py:function` names a function of the file.
    const file = typeof value === 'string' ? value.replace(/:\w+$/, '') : '';
    if (key === 'handler' && handlers.includes(file)) continue;
    if (!names.has(file)) {
      findings.add(
        'mar/manifest',
        null,
        `The manifest names ${printable(file)} as ${key}, which is not in the archive.`,
      );
    } else if (key !== 'serializedFile') {
      // Whatever its name: `.py` is a finding of the member already.
      findings.add('format/code', null, `The manifest names ${printable(file)} as ${key}, which TorchServe runs.`);
    }
  }
  const requirements = fields.get('requirementsFile');
  if (requirements !== undefined && requirements !== '') {
    findings.add('format/code', null, 'The manifest names packages to be installed (requirementsFile).');
  }
  const version = fields.get('modelVersion');
  return typeof version === 'string' && version !== '' ? version : null;
}

function parse(bytes: Buffer): Json {
  try {
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return error instanceof JsonError ? error.message : 'is not UTF-8';
  }
}
