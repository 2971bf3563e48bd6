import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import { modelDigest } from '../../src/pipeline/model-digest.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import * as p from './pickle/assembler.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'model-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const clean = p.bytes(p.proto(4), 'N.');
const evil = p.bytes(p.proto(4), p.payload, p.stop);

function put(path: string, content: Buffer | string): void {
  writeFileSync(join(root, path), content);
}

async function judge(path = '.') {
  const { verdict, model, summary } = await validatePath(
    join(root, path),
    {},
    silentReporter,
    new AbortController().signal,
  );
  const files = Object.fromEntries(
    model.files.map((file) => [file.path, [file.format, file.verdict, ...file.findings.map(({ rule }) => rule)]]),
  );
  return { verdict, files, model, summary };
}

describe('a single file', () => {
  it('evil.pkl of the examples is unsafe, at these bytes', async () => {
    const { model, verdict, summary } = await validatePath(
      new URL('../../examples/evil.pkl', import.meta.url).pathname,
      {},
      silentReporter,
      new AbortController().signal,
    );
    expect(verdict).toBe('unsafe');
    expect(summary).toBe('evil.pkl unsafe: Names os.system, which runs programs (and 1 more)');
    expect(model.files).toMatchObject([
      {
        path: 'evil.pkl',
        format: 'pickle',
        bytes: 116,
        findings: [
          { rule: 'pickle/dangerous-global', severity: 'critical', offset: 69 },
          { rule: 'pickle/dangerous-call', severity: 'critical', offset: 113 },
        ],
      },
    ]);
    expect(model.files[0]?.findings[1]?.message).toContain("os.system('echo this ran while the model was loaded')");
  });

  const cases: readonly (readonly [string, Buffer | string, readonly string[]])[] = [
    ['model.pkl', clean, ['pickle', 'clean']],
    ['model.joblib', clean, ['joblib', 'clean']],
    ['model.bin', clean, ['pickle', 'clean']],
    ['model.safetensors', clean, ['safetensors', 'unsafe', 'safetensors/truncated']],
    ['model.pt', evil, ['pickle', 'unsafe', 'format/mismatch', 'pickle/dangerous-global', 'pickle/dangerous-call']],
    [
      'README.md',
      'cos\nsystem\n(tR.',
      ['pickle', 'unsafe', 'format/mismatch', 'pickle/dangerous-global', 'pickle/dangerous-call'],
    ],
    ['model.pkl', gzipSync(clean), ['pickle', 'clean']],
    ['model.pkl.gz', gzipSync(evil), ['pickle', 'unsafe', 'pickle/dangerous-global', 'pickle/dangerous-call']],
    ['model.joblib', deflateSync(evil), ['joblib', 'unsafe', 'pickle/dangerous-global', 'pickle/dangerous-call']],
    ['model.joblib', gzipSync(clean).subarray(0, -3), ['joblib', 'inconclusive', 'compression/corrupt']],
    ['model.joblib', gzipSync(gzipSync(clean)), ['joblib', 'clean']],
    [
      'model.joblib',
      Buffer.concat([gzipSync(clean), evil]),
      ['joblib', 'inconclusive', 'compression/corrupt', 'pickle/truncated'],
    ],
    [
      'model.joblib',
      Buffer.concat([deflateSync(clean), evil]),
      ['joblib', 'inconclusive', 'compression/trailing-bytes'],
    ],
    [
      'model.joblib',
      Buffer.concat([gzipSync(clean), gzipSync(evil)]),
      ['joblib', 'unsafe', 'pickle/dangerous-global', 'pickle/dangerous-call'],
    ],
    ['empty.pkl', '', ['none', 'inconclusive', 'file/empty']],
    ['model.gguf', 'GGUF\x03\0\0\0', ['gguf', 'unsafe', 'gguf/truncated']],
    ['model.pt', Buffer.from('PK\x03\x04 and so on'), ['zip', 'inconclusive', 'zip/directory', 'zip/truncated']],
    ['model.onnx', Buffer.from([8, 8]), ['onnx', 'inconclusive', 'onnx/version', 'onnx/graph']],
    ['weights.dat', Buffer.from([1, 2, 3]), ['unknown', 'inconclusive', 'format/unknown']],
    ['plugin.so', Buffer.from('\x7fELF'), ['native', 'inconclusive', 'opaque/native-code']],
    ['custom.py', 'import os\n', ['code', 'inconclusive', 'format/code']],
    ['config.json', '{"a": [1, 2.5e3, true, null, "\\u00e9"]}', ['json', 'clean']],
    ['config.json', '{"a": 1, "a": 2}', ['json', 'inconclusive', 'json/invalid']],
    ['config.json', '{"a": 1} x', ['json', 'inconclusive', 'json/invalid']],
    ['config.json', '{"auto_map": {"AutoModel": "code.Model"}}', ['json', 'inconclusive', 'json/remote-code']],
    ['model.json', '{"learner": {}, "version": [2, 1, 0]}', ['xgboost-json', 'unsafe', 'xgboost/model']],
    ['LICENSE', 'All rights reserved, café.\n', ['text', 'clean']],
    ['vocab.txt', Buffer.from([0x61, 0xff]), ['text', 'inconclusive', 'text/not-text']],
    ['notes.txt', 'before\0after', ['unknown', 'inconclusive', 'format/unknown', 'format/mismatch']],
  ];
  it.each(cases)('%s (case %#)', async (name, content, expected) => {
    put(name, content);
    const { files } = await judge(name);
    expect(files[name]).toEqual(expected);
  });
});

describe('a folder', () => {
  it('is one unit with the worst verdict of its files, in the order of their paths', async () => {
    mkdirSync(join(root, 'b'));
    put('model.pkl', clean);
    put('b/README.md', '# Model\n');
    put('a.json', '{}');
    const { verdict, model } = await judge();
    expect(verdict).toBe('clean');
    expect(model.files.map(({ path }) => path)).toEqual(['a.json', 'b/README.md', 'model.pkl']);
    put('b/extra.pkl', evil);
    expect((await judge()).verdict).toBe('unsafe');
  });

  it('has a digest of paths and contents only', async () => {
    put('model.pkl', clean);
    put('a.json', '{}');
    const { model } = await judge();
    expect(model.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(model.digest).toBe(modelDigest([...model.files].reverse()));
    put('a.json', '{ }');
    expect((await judge()).model.digest).not.toBe(model.digest);
  });

  it('follows links inside, and refuses links out, in circles and to folders', async () => {
    mkdirSync(join(root, 'sub'));
    put('sub/real.pkl', clean);
    symlinkSync('sub/real.pkl', join(root, 'inside.pkl'));
    symlinkSync('/etc/hostname', join(root, 'outside.txt'));
    symlinkSync('circle.pkl', join(root, 'circle.pkl'));
    symlinkSync('sub', join(root, 'folder'));
    symlinkSync('nowhere', join(root, 'dangling'));
    const { files } = await judge();
    expect(files).toEqual({
      'circle.pkl': ['none', 'inconclusive', 'file/link'],
      dangling: ['none', 'inconclusive', 'file/link'],
      folder: ['none', 'inconclusive', 'file/link'],
      'inside.pkl': ['pickle', 'clean'],
      'outside.txt': ['none', 'inconclusive', 'file/link'],
      'sub/real.pkl': ['pickle', 'clean'],
    });
  });

  it('does not hang on pipes and sockets', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.pkl')]);
    const server = createServer().listen(join(root, 'socket.pkl'));
    try {
      expect((await judge()).files).toEqual({
        'pipe.pkl': ['none', 'inconclusive', 'file/special'],
        'socket.pkl': ['none', 'inconclusive', 'file/special'],
      });
      expect((await judge('pipe.pkl')).verdict).toBe('inconclusive');
    } finally {
      server.close();
    }
  });

  it('reports names that systems read differently', async () => {
    put('model\n.pkl', clean);
    expect((await judge()).files['model\n.pkl']).toEqual(['pickle', 'inconclusive', 'file/name']);
  });

  it('stops at folders that are too deep', async () => {
    mkdirSync(join(root, ...Array.from({ length: 100 }, () => 'd')), { recursive: true });
    put('model.pkl', clean);
    const { files, verdict } = await judge();
    expect(verdict).toBe('inconclusive');
    expect(Object.values(files)).toContainEqual(['none', 'inconclusive', 'file/limit']);
  });

  it('fails with the largest file when it is too large', async () => {
    put('model.pkl', clean);
    put('large.txt', 'x'.repeat(100));
    const options = { policy: { maxBytes: 50 } };
    const { verdict, model } = await validatePath(root, options, silentReporter, new AbortController().signal);
    expect(verdict).toBe('unsafe');
    expect(model.files.find(({ path }) => path === 'large.txt')?.findings).toMatchObject([{ rule: 'policy/size' }]);
  });
});

describe('nothing to judge', () => {
  it('says that the path is missing or empty', async () => {
    await expect(judge('none.pkl')).rejects.toMatchObject({ code: 'model/missing', kind: 'usage' });
    await expect(judge()).rejects.toMatchObject({ code: 'model/empty', kind: 'usage' });
  });

  it('stops when it is interrupted', async () => {
    put('model.pkl', clean);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(validatePath(root, {}, silentReporter, signal)).rejects.toThrow('stop');
  });
});
