import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { pythonWith } from '../../server/real/python.ts';
import type { Examined } from './examine.ts';
import { models } from './iris.ts';

const example = new URL('../../../examples/vllm/', import.meta.url).pathname;

/** llama.cpp's server (the package xllamacpp) with the language model of examples/vllm. */
export const llamacpp = (...kind: string[]): Pick<Examined, 'python' | 'image'> => ({
  python: () => pythonWith('llamacpp'),
  image: (folder) => {
    cpSync(join(example, 'model'), join(folder, 'model'), { recursive: true });
    return Promise.resolve({
      files: {
        '/srv/model': { from: join(example, 'model') },
        '/srv/llamacpp_server.py': { from: join(models, '../../../server/real/models/llamacpp_server.py') },
        '/srv/llamacpp_alphabet.py': { from: join(models, 'llamacpp_alphabet.py') },
      },
      entrypoint: ['/venv/bin/python', '/srv/llamacpp_alphabet.py', ...kind],
      environment: { PYTHONDONTWRITEBYTECODE: '1', HOME: '/tmp' },
      workingDirectory: '/tmp',
    });
  },
});

export const yamlOfServer = 'server: {type: custom, protocol: openai, livePath: /health, readyPath: /health}';

/** Answers chats and completions. */
export const llamacppChat: Examined = {
  ...llamacpp(),
  name: 'llamacpp-chat',
  yaml: `model: {path: model}\n${yamlOfServer}`,
  golden: () => JSON.parse(readFileSync(join(example, 'golden.json'), 'utf8')) as object,
  reds: {
    // A text has no shape; for vectors see below.
    'wrong-shape': null,
    // It says something for numbers that are none, too: only who knows what it should say can tell.
    nan: { check: 'golden', says: /"after a"/ },
    'golden-mismatch': { check: 'golden', says: /2 of 2 golden requests: "after a": .*expected "bcdef"/ },
  },
};
