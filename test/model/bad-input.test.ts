import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  ftruncateSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectEntry } from '../../src/model/inspect.ts';
import { defaultPolicy } from '../../src/model/policy.ts';
import { validatePath, type Validated } from '../../src/model/validate.ts';
import { walkModel } from '../../src/model/walk.ts';
import { silentReporter, type Reporter } from '../../src/pipeline/reporter.ts';
import { validationText } from '../../src/cli/validation-text.ts';
import * as p from './pickle/assembler.ts';

// Whatever lies at a path: a finding or a clear error, never a hang, an exception, or `clean`.

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bad-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const good = p.bytes(p.proto(4), 'N.');

function judge(
  path = root,
  reporter: Reporter = silentReporter,
  signal = new AbortController().signal,
): Promise<Validated> {
  return validatePath(path, {}, reporter, signal);
}

function rules({ model }: Validated): string[] {
  return model.files.flatMap(({ path, findings }) => findings.map(({ rule }) => `${path} ${rule}`));
}

describe('a path that is no file', () => {
  it('is not opened: pipes, sockets and devices', async () => {
    execFileSync('mkfifo', [join(root, 'pipe.pkl')]);
    const server = createServer().listen(join(root, 'socket.pkl'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      for (const path of [join(root, 'pipe.pkl'), join(root, 'socket.pkl'), '/dev/null', '/dev/zero']) {
        const found = await judge(path);
        expect(found.verdict).toBe('inconclusive');
        expect(rules(found)).toEqual([expect.stringContaining('file/special')]);
      }
      expect(rules(await judge())).toEqual(['pipe.pkl file/special', 'socket.pkl file/special']);
    } finally {
      server.close();
    }
  });

  it('is not followed in circles', async () => {
    symlinkSync('b', join(root, 'a'));
    symlinkSync('a', join(root, 'b'));
    symlinkSync('.', join(root, 'self'));
    symlinkSync('..', join(root, 'up'));
    await expect(judge(join(root, 'a'))).rejects.toMatchObject({ code: 'model/unreadable' });
    expect(rules(await judge())).toEqual(['a file/link', 'b file/link', 'self file/link', 'up file/link']);
  });
});

describe('names', () => {
  it('with line breaks and escapes are findings, and steer nothing in any form of the result', async () => {
    const name = 'a\n\u001b[2J\u202e.pkl';
    writeFileSync(join(root, name), good);
    const found = await judge();
    expect(found.verdict).toBe('inconclusive');
    expect(found.model.files[0]?.findings.map(({ rule }) => rule)).toContain('file/name');
    for (const format of ['text', 'json', 'sarif', 'junit', 'markdown']) {
      const text = await validationText(format, [found], [], false);
      expect(text, format).not.toContain('\u001b');
      expect(text, format).not.toContain(name);
    }
  });
});

describe('names that are no text', () => {
  const named = (...parts: (string | number[])[]): Buffer =>
    Buffer.concat([
      Buffer.from(`${root}/`),
      ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
    ]);
  const evil = p.bytes(p.proto(4), p.payload, p.stop);

  it('are findings that say so, of files and of folders', async () => {
    writeFileSync(named('file-', [0xff, 0xe4]), good);
    mkdirSync(named('folder-', [0xff]));
    // The same character in a name that is text is no problem.
    writeFileSync(join(root, 'x\ufffd.pkl'), good);
    const found = await judge();
    expect(rules(found)).toEqual(['file-\\xff\\xe4 file/name', 'folder-\\xff file/name']);
    expect(found.model.files[0]?.findings[0]?.message).toContain('The name is not UTF-8 text.');
  });

  // A byte that stands alone, half a character, a surrogate, one that is longer than need be, one beyond Unicode.
  it.each([[[0xff]], [[0xe2, 0x82]], [[0xed, 0xa0, 0x80]], [[0xc0, 0xaf]], [[0xf4, 0x90, 0x80, 0x80]]])(
    'are not taken for the file or folder that they are decoded to: %j',
    async (bytes) => {
      const decoded = Buffer.from(bytes).toString();
      const shown = bytes.map((byte) => `\\x${byte.toString(16)}`).join('');
      writeFileSync(named('evil', bytes, '.pkl'), evil);
      writeFileSync(join(root, `evil${decoded}.pkl`), good);
      writeFileSync(named('more', bytes), evil);
      mkdirSync(join(root, `more${decoded}`));
      mkdirSync(named('folder', bytes));
      writeFileSync(named('folder', bytes, '/evil.pkl'), evil);
      mkdirSync(join(root, `folder${decoded}`));
      writeFileSync(join(root, `folder${decoded}`, 'evil.pkl'), good);
      const found = await judge();
      expect(found.verdict).toBe('inconclusive');
      expect(rules(found).toSorted()).toEqual([
        `evil${shown}.pkl file/name`,
        `folder${shown} file/name`,
        `more${shown} file/name`,
      ]);
      // What is text was read, once.
      expect(found.model.files.filter(({ sha256 }) => sha256 !== '').map(({ path }) => path)).toEqual([
        `evil${decoded}.pkl`,
        `folder${decoded}/evil.pkl`,
      ]);
    },
  );

  it('are not followed by a link', async () => {
    mkdirSync(join(root, 'model'));
    writeFileSync(named('model/evil', [0xff]), evil);
    writeFileSync(join(root, 'model', 'evil\ufffd'), good);
    symlinkSync(Buffer.from([...Buffer.from('evil'), 0xff]), join(root, 'model', 'a.pkl'));
    symlinkSync(Buffer.from([...Buffer.from('model/evil'), 0xff]), join(root, 'a.pkl'));
    expect(rules(await judge(join(root, 'model')))).toEqual(['a.pkl file/link', 'evil\\xff file/name']);
    await expect(judge(join(root, 'a.pkl'))).rejects.toMatchObject({ code: 'model/unreadable' });
  });

  it('are refused as the path of a model, which somebody has decoded already', async () => {
    writeFileSync(named('evil', [0xff], '.pkl'), evil);
    writeFileSync(join(root, 'evil\ufffd.pkl'), good);
    await expect(judge(join(root, 'evil\ufffd.pkl'))).rejects.toMatchObject({
      code: 'model/unreadable',
      message: expect.stringContaining('not UTF-8') as string,
    });
  });
});

describe('very much of something', () => {
  it('stops at more files than are kept in memory', async () => {
    for (let index = 0; index < 30; index++) {
      mkdirSync(join(root, `f${index}`));
      writeFileSync(join(root, `f${index}`, 'a'), '');
    }
    const { entries } = await walkModel(root, undefined, 20);
    expect(entries).toHaveLength(21);
    const problems = entries.flatMap((entry) => entry.problems);
    expect(problems).toEqual([
      { rule: 'file/limit', message: 'The model has more than 20 files; the rest was not looked at.' },
    ]);
  });

  it('stops at more folders than that, empty ones too', async () => {
    for (let index = 0; index < 30; index++) mkdirSync(join(root, `f${index}`));
    const { entries } = await walkModel(root, undefined, 20);
    expect(entries.flatMap((entry) => entry.problems)).toEqual([
      { rule: 'file/limit', message: 'The model has more than 20 folders; the rest was not looked at.' },
    ]);
  });

  it('stops at folders a thousand deep', async () => {
    const path = Array.from({ length: 1000 }, () => 'd').join('/');
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'evil.pkl'), p.bytes(p.proto(4), p.payload, p.stop));
    const found = await judge();
    expect(found.verdict).toBe('inconclusive');
    expect(rules(found)).toEqual([expect.stringMatching(/d file\/limit$/)]);
  });

  it('reads a large sparse file without holding it, and tells how far it is', async () => {
    const file = openSync(join(root, 'model.bin'), 'w');
    ftruncateSync(file, 300 * 1024 * 1024);
    closeSync(file);
    const told: { detail: string; fraction: number | undefined }[] = [];
    const reporter: Reporter = {
      ...silentReporter,
      task: () => ({
        update: (detail, fraction) => told.push({ detail: detail.replaceAll('\u00a0', ' '), fraction }),
        done: () => undefined,
        fail: () => undefined,
      }),
    };
    const before = process.memoryUsage().rss;
    expect((await judge(root, reporter)).verdict).toBe('inconclusive');
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
    expect(told.length).toBeGreaterThan(0);
    expect(told.at(-1)?.detail).toMatch(/of 314\.6 MB|of 315 MB/);
    expect(told.every(({ fraction }) => fraction !== undefined && fraction >= 0 && fraction <= 1)).toBe(true);
  });

  it('stops at once when it is interrupted', async () => {
    const file = openSync(join(root, 'model.bin'), 'w');
    ftruncateSync(file, 20 * 1024 ** 3);
    closeSync(file);
    const controller = new AbortController();
    const reporter: Reporter = {
      ...silentReporter,
      task: () => ({
        update: () => controller.abort(new Error('stop')),
        done: () => undefined,
        fail: () => undefined,
      }),
    };
    const started = performance.now();
    await expect(judge(root, reporter, controller.signal)).rejects.toThrow('stop');
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('a file that does not stay', () => {
  async function inspect(prepare: (path: string) => void, during: (path: string) => void): Promise<string[]> {
    const path = join(root, 'model.bin');
    prepare(path);
    const entry = { path: 'model.bin', file: path, problems: [] };
    let once = false;
    const onBytes = (): void => {
      if (!once) during(path);
      once = true;
    };
    const { findings } = await inspectEntry(entry, defaultPolicy, onBytes, new AbortController().signal);
    expect(findings.verdict).not.toBe('clean');
    return findings.list().map(({ rule }) => rule);
  }
  const megabytes = (count: number) => (path: string) => writeFileSync(path, Buffer.alloc(count * 1024 * 1024));

  it('is a finding: gone, replaced by a pipe, shorter, longer, changed', async () => {
    expect(
      await inspect(
        () => undefined,
        () => undefined,
      ),
    ).toEqual(['file/unreadable']);
    expect(
      await inspect(
        (path) => execFileSync('mkfifo', [path]),
        () => undefined,
      ),
    ).toContain('file/changed');
    rmSync(join(root, 'model.bin'));
    expect(await inspect(megabytes(3), (path) => writeFileSync(path, ''))).toContain('file/changed');
    expect(await inspect(megabytes(3), (path) => appendFileSync(path, 'more'))).toContain('file/changed');
    expect(await inspect(megabytes(1), (path) => writeFileSync(path, Buffer.alloc(1024 * 1024, 1)))).toContain(
      'file/changed',
    );
  });

  it('is a finding when nobody may read it', async () => {
    writeFileSync(join(root, 'a.pkl'), good);
    chmodSync(join(root, 'a.pkl'), 0);
    const found = await judge();
    // Root may read everything.
    expect(rules(found)).toEqual(process.getuid?.() === 0 ? [] : ['a.pkl file/unreadable']);
  });
});
