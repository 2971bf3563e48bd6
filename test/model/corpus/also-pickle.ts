import { gzipSync } from 'node:zlib';
import * as p from '../pickle/assembler.ts';
import { benign, dangerous, type CorpusCase } from './case.ts';
import { external, withWeight } from './onnx-builder.ts';
import { zipFile } from './zip-writer.ts';

/** A pickle that is text, and begins as none that is looked for by its first byte. */
const text = "I1\n0cos\nsystem\n(S'id'\ntR.";
/** As torch.load reads it in its oldest format: one pickle behind the other. */
const legacy = `L119547037146038801333356L\n.I1001\n.(dp0\n.${text}`;
const rules = ['format/also-pickle'];

/** A safetensors file whose length is an opcode, and whose texts are arguments that lead from one to the next, into the tensor. */
function safetensorsAndPickle(): Buffer {
  const data = p.bytes('cos\nsystem\n(U', Buffer.from([2]), 'idtR.');
  // 0x8a is LONG1, the second byte its length: it ends in the text.
  const length = 0x8a + (40 << 8);
  const tail = `"},"w":{"dtype":"U8","shape":[${data.length}],"data_offsets":[0,${data.length}]}}`;
  const start = '{"__metadata__":{"a":"'.padEnd(2 + 40 - 8, 'a');
  let steps = '';
  for (let left = length + 8 - (2 + 40); left > 0;) {
    const step = left <= 128 ? left : Math.min(128, left - 64);
    steps += `U${String.fromCharCode(step - 2)}`.padEnd(step, 'a');
    left -= step;
  }
  const header = start + steps.slice(0, -tail.length) + tail;
  return p.bytes(p.u64(length), header, data);
}

/** Contents of other formats that are pickles, too: programs that unpickle go by a name. */
export const alsoPickleCases: readonly CorpusCase[] = [
  dangerous('also a pickle: a document', rules, 'README.md', text),
  dangerous('also a pickle: a vocabulary', rules, 'vocab.txt', legacy),
  dangerous('also a pickle: YAML', rules, 'conda.yaml', text),
  dangerous('also a pickle: nothing else', [...rules, 'format/unknown'], 'pytorch_model.bin', text),
  dangerous(
    'also a pickle: behind a long text',
    [...rules, 'format/unknown'],
    'weights',
    p.bytes('B', p.u32(200_000), Buffer.alloc(200_000, 7), '0', text),
  ),
  dangerous('also a pickle: a safetensors file', rules, 'pytorch_model.bin', safetensorsAndPickle()),
  dangerous('also a pickle: under compression', rules, 'notes.txt.gz', gzipSync(text)),
  dangerous('also a pickle: in an archive', rules, 'model.zip', zipFile([{ name: 'notes.txt', content: text }])),
  dangerous('also a pickle: the data of an ONNX model', rules, {
    'model.onnx': withWeight(external('w', [7], { location: 'pytorch_model.bin' })),
    'pytorch_model.bin': text.padEnd(28),
  }),
  dangerous('also a pickle: what an index calls a shard', [...rules, 'shards/mismatch'], {
    'pytorch_model.bin.index.json': '{"metadata": {}, "weight_map": {"w": "README.md"}}',
    'README.md': legacy,
  }),
  dangerous('also a pickle: what MLflow calls a model', rules, {
    MLmodel:
      'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    model_path: notes.txt\n  sklearn:\n    pickled_model: notes.txt\n',
    'notes.txt': text,
  }),
  ...[
    'cat\ndog\nbird\n',
    'cos\nsystem\n',
    '(important)\nnumbers\n',
    'I am a model.\n',
    'License: MIT\n',
    '(c) 2026 Ann\nAll rights reserved.\n',
    'N\nS\nV\n',
    'The model.\n',
    'code\nlist\n)\n',
    'F1\n0.5\n',
    'I1\nI2\n',
  ].map((content) => benign(`not a pickle: ${JSON.stringify(content)}`, 'README.md', content)),
];
