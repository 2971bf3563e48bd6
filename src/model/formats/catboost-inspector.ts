import type { Findings } from '../findings.ts';
import { FlatbufferError, Table } from '../flatbuffer.ts';
import { printable } from '../../printable.ts';
import { CatboostError, checkCore, type CatboostCore } from './catboost-core.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';
import { Whole } from './whole.ts';

/** Largest model that is held in memory. Bytes. */
const maxBytes = 64 * 1024 * 1024;
const headBytes = 8;

/** Checks a CatBoost model. */
export function inspectCatboost({ findings }: InspectContext): Inspector {
  return new Whole(maxBytes, (content, bytes) => {
    if (content !== null) return judge(content, findings);
    findings.add('content/memory', null, `The model has ${bytes} bytes.`);
    return { format: 'catboost', facts: {} };
  });
}

function judge(content: Buffer, findings: Findings): Inspected {
  const nothing = { format: 'catboost', facts: {} };
  const end = content.length < headBytes ? NaN : headBytes + content.readUInt32LE(4);
  if (!(end <= content.length)) {
    findings.add('catboost/length', 4, `The core ends at byte ${end}; the file has ${content.length}.`);
    return nothing;
  }
  let core: CatboostCore;
  try {
    core = checkCore(Table.root(content.subarray(headBytes, end)));
  } catch (error) {
    if (!(error instanceof CatboostError || error instanceof FlatbufferError)) throw error;
    findings.add('catboost/core', headBytes, `The core ${error.message}.`);
    return nothing;
  }
  checkParts(core.parts, content, end, findings);
  return { format: 'catboost', facts: core.facts, ...(core.contract === null ? {} : { contract: core.contract }) };
}

function checkParts(parts: readonly string[], content: Buffer, end: number, findings: Findings): void {
  let at = end;
  for (const part of parts) {
    if (part !== 'static_provider_v1') {
      findings.add('catboost/part', at, `The model has the part ${printable(part)}.`);
      return;
    }
    const next = endOfTables(content, at);
    if (next === null) {
      findings.add('catboost/length', at, 'The tables of categorical features are cut off, or damaged.');
      return;
    }
    at = next;
  }
  if (at < content.length) {
    findings.add('catboost/length', at, `${content.length - at} bytes stand behind the last part.`);
  }
}

/** A count, then as many flat buffers with their lengths; null when they do not fit. */
function endOfTables(content: Buffer, start: number): number | null {
  if (start + 4 > content.length) return null;
  let at = start + 4;
  for (let left = content.readUInt32LE(start); left > 0; left--) {
    if (at + 4 > content.length) return null;
    const length = content.readUInt32LE(at);
    if (length === 0 || at + 4 + length > content.length) return null;
    try {
      Table.root(content.subarray(at + 4, at + 4 + length));
    } catch {
      return null;
    }
    at += 4 + length;
  }
  return at;
}
