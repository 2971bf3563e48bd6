import { describe, expect, it } from 'vitest';

import { ignoreRules } from '../../../src/server/custom/dockerfile/ignore.ts';
import { readDockerfile, words } from '../../../src/server/custom/dockerfile/read.ts';
import { checkDockerfile } from '../../../src/server/custom/dockerfile/rules.ts';

const read = (text: string) => readDockerfile(text).map(({ line, name, text: rest }) => [line, name, rest]);

describe('reading a Dockerfile', () => {
  it('joins lines, skips comments, and knows flags', () => {
    const text = `# syntax=docker/dockerfile:1
from python:3.12 as base

RUN apt-get update && \\
    # not the end

    apt-get install -y git
COPY --from=base --chmod=0555 /a /b
ONBUILD ENV A=1
`;
    expect(read(text)).toEqual([
      [2, 'FROM', 'python:3.12 as base'],
      [4, 'RUN', expect.stringMatching(/^apt-get update && +apt-get install -y git$/)],
      [8, 'COPY', '/a /b'],
      [9, 'ENV', 'A=1'],
    ]);
    expect(readDockerfile(text)[2]?.flags).toEqual(['--from=base', '--chmod=0555']);
  });

  it('does not take the lines of a here-document for instructions', () => {
    const text = `FROM a
RUN <<EOF
FROM nowhere
ENV TOKEN=x
EOF
COPY <<"A" <<-B /c/
one
A
	USER root
	B
USER 1
`;
    expect(read(text).map(([, name]) => name)).toEqual(['FROM', 'RUN', 'COPY', 'USER']);
  });

  it('knows another escape, Windows line ends, quotes and lists', () => {
    expect(read('# escape=`\r\nFROM a\r\nRUN one `\r\n  two\\\r\nUSER 1\r\n').map(([, name]) => name)).toEqual([
      'FROM',
      'RUN',
      'USER',
    ]);
    expect(words('["a b", "c"]')).toEqual(['a b', 'c']);
    expect(words('A="b c" D=\'e f\' g')).toEqual(['A=b c', 'D=e f', 'g']);
    expect(read('')).toEqual([]);
  });
});

describe('a .dockerignore', () => {
  it.each([
    ['model', 'model/a/b.bin', true],
    ['/model/', 'model/x', true],
    ['model', 'models/x', false],
    ['*.onnx', 'a.onnx', true],
    ['*.onnx', 'sub/a.onnx', false],
    ['**/*.onnx', 'sub/deep/a.onnx', true],
    ['**/*.onnx', 'a.onnx', true],
    ['m?del/[ab].bin', 'model/a.bin', true],
    ['m?del/[!ab].bin', 'model/a.bin', false],
    ['*\n!serve.py', 'serve.py', false],
    ['*\n!serve.py', 'model/x', true],
    ['# model', 'model/x', false],
    ['!serve.py\n*', 'serve.py', true],
  ])('%j for %s: %s', (text, path, ignored) => {
    expect(ignoreRules(text)(path)).toBe(ignored);
  });
});

describe('what is wrong with a Dockerfile', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const problems = (text: string, args: Readonly<Record<string, string>> = {}) =>
    checkDockerfile(readDockerfile(text), {
      args,
      modelFilesAt: (source) => (source === '.' || source === 'model' ? ['model/a.bin', 'model/b.bin'] : []),
    }).map(({ rule, severity, line }) => `${line} ${severity} ${rule}`);

  it('nothing, in one that is as it should be', () => {
    const text = `ARG BASE=python:3.12-slim@${digest}
FROM \${BASE} AS build
RUN --mount=type=secret,id=token pip install x
FROM build
COPY serve.py /app/
COPY --from=build . /venv
ENV TOKENIZERS_PARALLELISM=false API_KEY_FILE=/run/key HF_TOKEN= HF_HUB_DISABLE_IMPLICIT_TOKEN=true
ENV EOS_TOKEN=</s> PAD_TOKEN="[PAD]" STOP_TOKEN=end USE_AUTH_TOKEN=false CHAT_TOKEN=<|end|>
ARG BOS_TOKEN
ADD --checksum=${digest} https://example.com/a.tar /a
USER 10001
`;
    expect(problems(text)).toEqual([]);
  });

  it.each([
    ['', '1 error no-stage'],
    ['FROM python', '1 warning unpinned-base'],
    ['FROM registry:5000/python:3.12', '1 warning unpinned-base'],
    [`FROM a@${digest}\nENV API_TOKEN=abc`, '2 error secret'],
    [`FROM a@${digest}\nENV EOS_TOKEN=ghp_0123456789abcdefABCDEF`, '2 error secret'],
    [`FROM a@${digest}\nENV CSRF_TOKEN_HEADER=X-Csrf`, '2 warning secret'],
    [`FROM a@${digest}\nARG HF_TOKEN`, '2 error secret'],
    [`FROM a@${digest}\nENV SECRET_TOKEN=<x>`, '2 error secret'],
    [`FROM a@${digest}\nENV DB_PASSWORD hunter2 three`, '2 error secret'],
    [`FROM a@${digest}\nARG PIP_PASSWORD`, '2 error secret'],
    [`FROM a@${digest}\nENV A=1 \\\n  AWS_SECRET_ACCESS_KEY=x`, '2 error secret'],
    [`FROM a@${digest}\nCOPY . /app`, '2 error model-copied'],
    [`FROM a@${digest}\nADD ["model", "/app/"]`, '2 error model-copied'],
    [`FROM a@${digest}\nADD https://example.com/x /x`, '2 warning add-url'],
    [`FROM a@${digest}\nUSER 1\nUSER root:root`, '3 warning root'],
    [`FROM a@${digest} AS x\nUSER 0\nFROM x`, null],
    ['ARG TAG\nFROM python:${TAG}', null],
  ])('%j: %s', (text, expected) => {
    expect(problems(text)).toEqual(expected === null ? [] : [expected]);
  });

  it('sees through build arguments', () => {
    const text = 'ARG TAG=latest\nFROM python:$TAG';
    expect(problems(text)).toEqual(['2 warning unpinned-base']);
    expect(problems(text, { TAG: `3.12@${digest}` })).toEqual([]);
  });
});
