import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as p from '../../test/model/pickle/assembler.ts';
import { zipFile } from '../../test/model/corpus/zip-writer.ts';

/** Something to be scanned. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly rounds: number;
  /** Opcodes of a pickle, bytes of weights: what a rate is made of. */
  readonly opcodes?: number;
  readonly bytes?: number;
}

const weightBytes = 500_000_000;
const u16 = (value: number): Buffer => p.u32(value).subarray(0, 2);

/** Writes every input into a folder; benign ones, since those are what people scan all day. */
export function writeCases(folder: string): Case[] {
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('tiny.pkl'), p.bytes(p.proto(4), 'N.'));
  const sklearn = fileURLToPath(new URL('../../test/model/fixtures/real/onehot.p4.pkl', import.meta.url));
  copyFileSync(sklearn, at('sklearn.pkl'));
  const integers = listOfIntegers(1_000_000);
  writeFileSync(at('integers.pkl'), integers.content);
  const lists = smallLists(200_000);
  writeFileSync(at('lists.pkl'), lists.content);
  writeFileSync(at('model.safetensors'), safetensors());
  writeFileSync(at('model.pt'), torch());
  mkdirSync(at('thousand'));
  for (let index = 0; index < 1000; index++) {
    const name = `model-${String(index).padStart(4, '0')}.pkl`;
    writeFileSync(join(at('thousand'), name), p.bytes(p.proto(4), p.emptyDict, p.text(name), 'J', p.u32(index), 's.'));
  }
  return [
    { id: 'tiny', title: 'tiny pickle, with start', path: at('tiny.pkl'), rounds: 5 },
    { id: 'sklearn', title: '1.2 kB scikit-learn pickle', path: at('sklearn.pkl'), rounds: 3 },
    { id: 'integers', title: 'list of 1 M integers', path: at('integers.pkl'), rounds: 3, opcodes: integers.opcodes },
    { id: 'lists', title: 'dict of 200,000 lists', path: at('lists.pkl'), rounds: 3, opcodes: lists.opcodes },
    { id: 'safetensors', title: '500 MB safetensors', path: at('model.safetensors'), rounds: 3, bytes: weightBytes },
    { id: 'torch', title: '500 MB torch zip', path: at('model.pt'), rounds: 3, bytes: weightBytes },
    { id: 'thousand', title: 'folder of 1,000 models', path: at('thousand'), rounds: 3 },
  ];
}

/** For more parts than a function takes arguments. */
function joined(parts: readonly p.Part[]): Buffer {
  return Buffer.concat(parts.map((part) => p.bytes(part)));
}

/** As pickle.dump writes `list(range(n))`. */
function listOfIntegers(count: number): { content: Buffer; opcodes: number } {
  const parts: p.Part[] = [p.proto(4), ']', '\x94'];
  let opcodes = 4;
  for (let begin = 0; begin < count; begin += 1000) {
    const batch = Array.from({ length: 1000 }, (_, index) => {
      const value = begin + index;
      if (value < 256) return Buffer.from([0x4b, value]);
      return value < 65_536 ? p.bytes('M', u16(value)) : p.bytes('J', p.u32(value));
    });
    parts.push('(', joined(batch), 'e');
    opcodes += 1002;
  }
  return { content: joined([...parts, '.']), opcodes };
}

/** As pickle.dump writes `{i: [i, i, i] for i in range(n)}`. */
function smallLists(count: number): { content: Buffer; opcodes: number } {
  const parts: p.Part[] = [p.proto(4), '}', '\x94'];
  let opcodes = 4;
  for (let begin = 0; begin < count; begin += 1000) {
    const entries = Array.from({ length: 1000 }, (_, index) => {
      const number = p.bytes('J', p.u32(begin + index));
      return p.bytes(number, ']', '\x94', '(', number, number, number, 'e');
    });
    parts.push('(', joined(entries), 'u');
    opcodes += 1000 * 8 + 2;
  }
  return { content: joined([...parts, '.']), opcodes };
}

/** Weights that look like weights: float32 between -1 and 1. */
function weights(bytes: number, seed: number): Buffer {
  const block = Float32Array.from({ length: 262_144 }, (_, index) => Math.sin(index * 12.9898 + seed));
  const content = Buffer.alloc(bytes);
  const source = Buffer.from(block.buffer);
  for (let from = 0; from < bytes; from += source.length) source.copy(content, from);
  // So that no two tensors are equal.
  content.writeUInt32LE(seed, 0);
  return content;
}

function safetensors(): Buffer {
  const each = weightBytes / 20;
  const entries = Array.from({ length: 20 }, (_, index) => [
    `layers.${index}.weight`,
    { dtype: 'F32', shape: [each / 4], data_offsets: [index * each, (index + 1) * each] },
  ]);
  const text = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  return Buffer.concat([p.u64(header.length), header, ...entries.map((_, index) => weights(each, index + 1))]);
}

/** As torch.save writes a state dict of ten tensors. */
function torch(): Buffer {
  const each = weightBytes / 10;
  const tensor = (key: string): Buffer => {
    const storage = p.bytes(
      '(',
      p.text('storage'),
      p.global('torch', 'FloatStorage'),
      p.text(key),
      p.text('cpu'),
      'J',
      p.u32(each / 4),
      'tQ',
    );
    const size = p.bytes('J', p.u32(each / 4), '\x85');
    const stride = p.bytes('K\x01', '\x85');
    const hooks = p.bytes(p.global('collections', 'OrderedDict'), ')R');
    return p.bytes(
      p.global('torch._utils', '_rebuild_tensor_v2'),
      '(',
      storage,
      'K\0',
      size,
      stride,
      '\x89',
      hooks,
      'tR',
    );
  };
  const keys = Array.from({ length: 10 }, (_, index) => String(index));
  const entries = keys.flatMap((key) => [p.text(`layer.${key}`), tensor(key)]);
  return zipFile([
    { name: 'model/data.pkl', content: p.bytes(p.proto(2), '}', '(', ...entries, 'u.') },
    { name: 'model/byteorder', content: 'little' },
    ...keys.map((key) => ({ name: `model/data/${key}`, content: weights(each, Number(key) + 1) })),
    { name: 'model/version', content: '3\n' },
  ]);
}
