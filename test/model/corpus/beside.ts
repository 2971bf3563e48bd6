import {
  benign,
  dangerous,
  malformed,
  remarked,
  suspicious,
  unchecked,
  type CaseContent,
  type CorpusCase,
} from './case.ts';

type Files = Readonly<Record<string, CaseContent>>;
const model: Files = { 'config.json': '{"model_type": "bert"}' };
const pickle = Buffer.from("\x80\x02cos\nsystem\n(S'id'\ntR.", 'latin1');

/** What else stands in the folder of a model: what tools keep there, documents, numbers that only Python reads. */
export const besideCases: readonly CorpusCase[] = [
  benign('beside: a folder that hf has downloaded', {
    ...model,
    '.cache/huggingface/.gitignore': '*',
    '.cache/huggingface/CACHEDIR.TAG': 'Signature: 8a477f597d28d172789f06886806bc55\n',
    '.cache/huggingface/download/config.json.lock': '',
    '.cache/huggingface/download/config.json.metadata': `${'0'.repeat(40)}\n${'1'.repeat(40)}\n1700000000.5\n`,
  }),
  dangerous('beside: a model in the cache of Hugging Face', ['pickle/dangerous-call'], {
    ...model,
    '.cache/huggingface/hub/model.pkl': pickle,
  }),
  benign('beside: a clone', {
    ...model,
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/index': Buffer.from('DIRC\0\0\0\x02', 'latin1'),
    '.gitattributes': '*.bin filter=lfs\n',
    'logs/.gitkeep': '',
    '.DS_Store': Buffer.from('\0\0\0\x01Bud1', 'latin1'),
    'sub/.DS_Store': Buffer.from('\0\0\0\x01Bud1', 'latin1'),
  }),
  suspicious('beside: a configuration that leads into .git', ['file/left-out'], {
    'adapter_config.json': '{"base_model_name_or_path": "./.git/base"}',
    '.git/base/pytorch_model.bin': pickle,
  }),
  suspicious('beside: modules in .git', ['file/left-out'], {
    'modules.json': '[{"path": ".git", "type": "sentence_transformers.models.Transformer"}]',
    '.git/pytorch_model.bin': pickle,
  }),
  benign('beside: a configuration with the address of a repository', {
    'config.json': '{"source": "https://example.com/x.git", "cache": "/home/me/.cache/huggingface/hub/x"}',
  }),
  dangerous('beside: a link into .git', ['pickle/dangerous-call'], {
    '.git/x': pickle,
    'model.pkl': { link: '.git/x' },
  }),
  unchecked('beside: a folder with a name like .git', ['format/unknown'], { ...model, '.git2/index': 'DIRC' }),
  unchecked('beside: a folder named like .DS_Store', ['format/unknown'], { ...model, '.DS_Store/data': 'Bud1' }),
  benign('beside: documents', {
    ...model,
    Dockerfile: 'FROM scratch\n',
    Modelfile: 'FROM ./model.gguf\n',
    'index.html': '<!DOCTYPE html><p>A model</p>\n',
    'logo.svg': '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    'demo.ipynb': '{"cells": []}',
    'label_map.pbtxt': "item {\n  name: 'cat'\n  id: 1\n}\n",
  }),
  dangerous(
    'beside: a document that is a pickle',
    ['format/also-pickle'],
    'index.html',
    "I1\n0cos\nsystem\n(S'id'\ntR.",
  ),
  malformed(
    'beside: a document with other bytes',
    'inconclusive',
    ['format/unknown'],
    'logo.svg',
    Buffer.from('<svg\0'),
  ),
  malformed(
    'beside: labels that are none',
    'inconclusive',
    ['protobuf-text/invalid'],
    'label_map.pbtxt',
    'node { op: "ReadFile" }\n',
  ),
  unchecked('beside: another message in text form', ['format/unsupported'], 'graph.pbtxt', 'node { op: "ReadFile" }\n'),
  remarked('beside: numbers that Python reads', [], {
    'config.json': '{"model_type": "mamba2", "time_step_limit": [0.0, Infinity]}',
    'trainer_state.json': '{"log_history": [{"loss": NaN}, {"loss": -Infinity}]}',
  }),
  malformed(
    'beside: such a number for other readers',
    'inconclusive',
    ['json/invalid'],
    'tokenizer.json',
    '{"a": NaN}',
  ),
  malformed(
    'beside: such a number for XGBoost',
    'inconclusive',
    ['json/invalid'],
    'config.json',
    '{"learner": {}, "version": [NaN]}',
  ),
  malformed('beside: a word that is none', 'inconclusive', ['json/invalid'], 'config.json', '{"a": Infinite}'),
  suspicious(
    'beside: code that such a number hides',
    ['json/remote-code'],
    'config.json',
    '{"a": NaN, "auto_map": {"AutoModel": "x.Y"}}',
  ),
];
