import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { layersOfBuild } from '../../../src/image/secrets/layers-of-build.ts';
import { needlesOf } from '../../../src/image/secrets/needles.ts';
import { refuseLeakedSecrets } from '../../../src/image/secrets/scan.ts';
import { NeedleSearch } from '../../../src/image/secrets/search.ts';
import { memoryBlob } from '../../../src/oci/blob.ts';
import { digestOf } from '../../../src/oci/manifest.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import type { Recipe } from '../../../src/server/image-plan.ts';
import { imageOf, written, type TestLayer } from '../documents/image.ts';
import { project } from '../project.ts';

const password = 'p@ss/w0rd+"long"';
const token = 'ghp_0123456789abcdefABCDEF';
const pipConf = `# the index of acme
[global]
index-url = https://robot:${encodeURIComponent(password)}@packages.example.com/simple
trusted-host = packages.example.com
timeout = 60
`;
const pem = `-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\n${'eyJrZGYiOnsibmFtZSI6InNjcnlwdCIs'.repeat(2)}\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n`;
const certificate = `-----BEGIN CERTIFICATE-----\n${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(3)}\n-----END CERTIFICATE-----\n`;

let root: string;
let notes: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-secrets-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'pip.conf'), pipConf);
  writeFileSync(join(root, 'token'), `${token}\n`);
  writeFileSync(join(root, 'ca.pem'), certificate);
  notes = [];
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function contextOf(secrets = 'secrets: {pipconf: pip.conf, token: token, ca: ca.pem}'): StageContext {
  const reporter = { ...silentReporter, note: (_: string, message: string) => notes.push(message) };
  return {
    ...project({ root, repository: 'registry.example.com/acme/fraud', image: secrets, reporter }),
    evidence: {},
  };
}

const recipe: Recipe = { kind: 'dockerfile', file: '/Dockerfile', context: '/', target: null, args: {}, excluded: [] };

/** The layers of one of whose files has this text, in the middle of much else. */
async function scan(
  text: string,
  options: Partial<TestLayer> & { path?: string; secrets?: string } = {},
): Promise<void> {
  const { path = 'app/settings.py', secrets, ...layer } = options;
  const files = {
    'etc/other': 'x'.repeat(200_000),
    [path]: `${'filler '.repeat(20_000)}${text}${'filler '.repeat(20_000)}`,
  };
  const image = await imageOf([{ files, ...layer }]);
  const { configBytes, manifestBytes } = written(image);
  await refuseLeakedSecrets(contextOf(secrets), layersOfBuild(recipe, image, []), [configBytes, manifestBytes]);
}

const leaked = (...words: string[]): object => ({
  code: 'build/secret-leaked',
  message: expect.stringMatching(new RegExp(words.join('[^]*'))) as string,
});

describe('a secret in a layer', () => {
  it.each([
    ['the password of an index', password, 'pipconf in /app/settings.py'],
    ['as it stands in the file', encodeURIComponent(password), 'pipconf'],
    ['in an Authorization header', Buffer.from(`robot:${password}`).toString('base64'), 'pipconf \\(base64\\)'],
    ['in the middle of something in base64', Buffer.from(`{"a":"${token}"}`).toString('base64'), 'token \\(base64\\)'],
    ['in base64 for URLs', Buffer.from(`x${password}>?>?`).toString('base64url'), 'pipconf \\(base64\\)'],
    ['in JSON', JSON.stringify({ password }), 'pipconf \\(JSON\\)'],
    ['a token', `export TOKEN=${token}`, 'token in /app/settings.py'],
    ['the whole file', pipConf.split('\n').slice(1).join('\n'), 'pipconf'],
  ])('is found: %s', async (_, text, words) => {
    await expect(scan(text)).rejects.toMatchObject(leaked(words));
  });

  it.each(['gzip', 'zstd'] as const)('is found in one that is compressed with %s', async (compression) => {
    await expect(scan(token, { compression })).rejects.toMatchObject(
      leaked('token', '/app/settings.py in the layer sha256:'),
    );
  });

  it('is found in the name of a file, which is not told', async () => {
    const error = await scan('', { path: `tmp/${token}` }).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    expect(error).toMatchObject(leaked('token in the name of a file'));
    expect(error?.message).not.toContain(token);
  });

  it('is never told', async () => {
    for (const text of [password, token]) {
      const error = await scan(text).then(
        () => null,
        (thrown: unknown) => thrown as Error,
      );
      expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain(text);
    }
  });

  it.each([
    ['the signing key', pem, 'image.sign.key in /app/settings.py'],
    ['its password', 'correct horse battery', 'image.sign.password in /app/settings.py'],
  ])('is found: %s, which no step gets but COPY may bring', async (_, text, words) => {
    writeFileSync(join(root, 'cosign.key'), pem);
    writeFileSync(join(root, 'password'), 'correct horse battery\n');
    await expect(scan(text, { secrets: 'sign: {key: cosign.key, password: password}' })).rejects.toMatchObject(
      leaked(words),
    );
  });

  it('is found in the history', async () => {
    await expect(scan('', { createdBy: `RUN pip install --index-url https://x:${token}@host` })).rejects.toMatchObject(
      leaked('token in the configuration or history'),
    );
  });
});

describe('no secret', () => {
  it('is what else stands in such files: hosts, options, public certificates', async () => {
    await scan(`${certificate} packages.example.com/simple [global] timeout = 60 index-url trusted-host robot`);
    expect(notes).toEqual([]);
  });

  it('are the names of mirrors, which the code may know', async () => {
    const host = 'pypi-mirror-eu-west-1';
    const other = 'a1b2c3d4e5f6a7b8c9d0e1f2.cdn.example.com';
    const text = `[global]\nindex-url = https://robot:${token}@${host}.internal/pypi-remote-releases-2024/simple\n`;
    writeFileSync(
      join(root, 'pip.conf'),
      `${text}extra-index-url = https://${other}/simple\ntrusted-host = ${other}\n`,
    );
    await scan(`${host}.internal/pypi-remote-releases-2024/simple ${other}`);
    // What stands for the owner in a path or before the host is still looked for.
    writeFileSync(
      join(root, 'pip.conf'),
      `https://packages.example.com/${token}/simple\nhttps://s3cr3t-of-robot:@other\n`,
    );
    await expect(scan(`x${token}x`, { secrets: 'secrets: {pipconf: pip.conf}' })).rejects.toMatchObject(
      leaked('pipconf'),
    );
    await expect(scan('s3cr3t-of-robot')).rejects.toMatchObject(leaked('pipconf'));
  });

  it('is looked for without any', async () => {
    await scan(token, { secrets: 'insecure: false' });
  });

  it('can be seen when it is too short, which is said', async () => {
    writeFileSync(join(root, 'token'), 'abc\n');
    await scan('abc');
    expect(notes).toEqual([expect.stringContaining('the secret token has no value')]);
  });

  it('can be seen in a password that is too short beside others, which is said', async () => {
    writeFileSync(join(root, 'pip.conf'), '[global]\nindex-url = https://bob:hunt3r@packages.example.com/simple\n');
    await scan('hunt3r');
    expect(notes).toEqual([expect.stringContaining('the secret pipconf has 1 password or token of less than 8')]);
    await expect(scan(Buffer.from('bob:hunt3r').toString('base64'))).rejects.toMatchObject(leaked('pipconf'));
  });
});

it('layers of the base and of the model are not looked through, those of packages and code are', async () => {
  const image = await imageOf([{ files: { a: '1' } }, { files: { b: '2' } }]);
  const own = (kind: 'code' | 'weights') => ({
    kind,
    title: kind,
    blob: memoryBlob(Buffer.from(kind), digestOf(kind)),
  });
  const packages = { folder: '/opt/venv', requirements: [], precompile: [] };
  const layers = layersOfBuild({ kind: 'base', base: 'python', packages }, image, [own('code'), own('weights')]);
  expect(layers.map(({ title }) => title)).toEqual(['/opt/venv', 'code']);
});

it('a layer without secrets is looked through again only when a secret file changes', async () => {
  const image = await imageOf([{ files: { 'app/a': token.slice(1) } }]);
  let reads = 0;
  const layers = layersOfBuild(recipe, image, []).map((layer) => ({
    ...layer,
    blob: () => {
      reads++;
      return layer.blob();
    },
  }));
  await refuseLeakedSecrets(contextOf(), layers, []);
  await refuseLeakedSecrets(contextOf(), layers, []);
  expect(reads).toBe(1);
  writeFileSync(join(root, 'token'), token.slice(1));
  utimesSync(join(root, 'token'), 1, 1);
  await expect(refuseLeakedSecrets(contextOf(), layers, [])).rejects.toMatchObject(leaked('token in /app/a'));
});

it('a needle is found wherever the pieces are cut', () => {
  const { needles } = needlesOf('token', token);
  const text = Buffer.from(`before ${token} after`);
  for (let cut = 0; cut <= text.length; cut++) {
    const search = new NeedleSearch(needles);
    const found = [search.next(text.subarray(0, cut)), search.next(text.subarray(cut))];
    expect(found.some((needle) => needle !== null)).toBe(true);
  }
});

it('every way to begin a value inside base64 is covered', () => {
  const { needles } = needlesOf('token', token);
  for (const before of ['', 'a', 'ab', 'abc', 'abcd']) {
    for (const after of ['', 'x', 'xy', 'xyz']) {
      const text = Buffer.from(Buffer.from(`${before}${token}${after}`).toString('base64'));
      expect(new NeedleSearch(needles).next(text)?.form).toBe('base64');
    }
  }
});
