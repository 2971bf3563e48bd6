import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBundle } from '../../src/signing/bundle.ts';
import { compareFiles, type Compared, type PresentFile } from '../../src/signing/manifest.ts';
import { SigningProblem } from '../../src/signing/problem.ts';
import { parseStatement } from '../../src/signing/statement.ts';
import { verifyBundle, type Trust } from '../../src/signing/verify.ts';

const vectors = fileURLToPath(new URL('vectors/', import.meta.url));
const read = (name: string): string => readFileSync(join(vectors, name), 'utf8');
const now = new Date('2026-11-23T00:00:00Z');
const { signal } = new AbortController();

function key(name: string): Trust {
  return { method: 'key', key: read(`${name}.pub.pem`) };
}

function certificate(identity: string | null = null): Trust {
  return { method: 'certificate', certificates: [read('root.pem')], identity };
}

let model: string;
beforeEach(() => {
  model = mkdtempSync(join(tmpdir(), 'signed-'));
  cpSync(join(vectors, 'model'), model, { recursive: true });
});
afterEach(() => {
  rmSync(model, { recursive: true, force: true });
});

function files(root = model): PresentFile[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
      return { path: relative(root, file), file, bytes: statSync(file).size, sha256, isLink: entry.isSymbolicLink() };
    });
}

async function verify(text: string, trust: Trust, root = model): Promise<Compared> {
  const bundle = parseBundle(text);
  await verifyBundle(bundle, trust, now);
  return compareFiles(parseStatement(bundle.payload), files(root), 'model.sig', signal);
}

describe('the test vectors of the specification', () => {
  const rootOf = (name: string): string =>
    join(vectors, name === 'sigstore' ? 'oms-v1.0/model-sigstore' : 'oms-v1.0/model');
  const trusts: Readonly<Record<string, Trust>> = {
    key: { method: 'key', key: read('oms-v1.0/keys/signing-key-pub.pem') },
    certificate: { method: 'certificate', certificates: [read('oms-v1.0/keys/ca-cert.pem')], identity: null },
    sigstore: {
      method: 'sigstore',
      identity: 'stefanb@us.ibm.com',
      issuer: 'https://sigstore.verify.ibm.com/oauth2',
      trustRoot: read('oms-v1.0/keys/trusted_root.json'),
    },
  };

  it.each(['key', 'certificate', 'sigstore'])('that are valid are accepted: %s', async (name) => {
    const trust = trusts[name];
    if (trust === undefined) throw new Error(name);
    expect(await verify(read(`oms-v1.0/valid/${name}.bundle.json`), trust, rootOf(name))).toMatchObject({
      mismatches: [],
      uncovered: [],
    });
  });

  it.each(readdirSync(join(vectors, 'oms-v1.0/invalid')))('that are invalid are refused: %s', (name) => {
    expect(() => parseBundle(read(`oms-v1.0/invalid/${name}`))).toThrow(SigningProblem);
  });

  it('that sign another statement are refused', async () => {
    const bundle = parseBundle(read('oms-v1.0/invalid-payload/wrong-predicate.bundle.json'));
    expect(() => parseStatement(bundle.payload)).toThrow(/another kind of statement/);
    await expect(verifyBundle(bundle, trusts['key'] as Trust, now)).rejects.toThrow(SigningProblem);
  });

  it.each([
    ['another identity', { identity: 'stefanb@us-ibm.com' }],
    ['another issuer', { issuer: 'https://accounts.google.com' }],
    ['a part of the identity', { identity: 'stefanb@us' }],
    [
      'an empty trust root',
      { trustRoot: '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1"}' },
    ],
  ])('of sigstore do not count for %s', async (_, facts) => {
    const bundle = parseBundle(read('oms-v1.0/valid/sigstore.bundle.json'));
    const trust = { ...trusts['sigstore'], ...facts } as Trust;
    await expect(verifyBundle(bundle, trust, now)).rejects.toThrow(SigningProblem);
  });
});

describe('bundles of the reference implementation', () => {
  it.each([
    ['p256', key('p256')],
    ['p384', key('p384')],
    ['p521', key('p521')],
    ['shards', key('p256')],
    ['blake2b', key('p256')],
    ['certificate', certificate()],
    ['certificate', certificate('ml-release')],
  ])('are accepted: %s', async (name, trust) => {
    expect(await verify(read(`${name}.sig`), trust)).toMatchObject({ mismatches: [], uncovered: ['notes.txt'] });
  });

  it.each([
    ['p256', key('p384'), /is signed with the key/],
    ['p256', certificate(), /signed with a key, and a certificate is required/],
    ['certificate', key('p256'), /signed with a certificate/],
    ['certificate', certificate('somebody else'), /its signer is ml-release/],
    [
      'certificate',
      { method: 'certificate', certificates: [read('oms-v1.0/keys/ca-cert.pem')], identity: null },
      /do not lead/,
    ],
    ['certificate-expired', certificate(), /valid from/],
    ['certificate-tls', certificate(), /not for signing code/],
    ['certificate-not-ca', certificate(), /do not lead/],
  ] as [string, Trust, RegExp][])(
    'are refused when they are not of whom they should be: %s',
    async (name, trust, why) => {
      await expect(verify(read(`${name}.sig`), trust)).rejects.toThrow(why);
    },
  );

  it('are refused when a byte of what is signed, or of the signature, is another one', async () => {
    const document = JSON.parse(read('p256.sig')) as {
      dsseEnvelope: { payload: string; signatures: { sig: string }[] };
    };
    const flip = (text: string, at: number): string => {
      const bytes = Buffer.from(text, 'base64');
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes.toString('base64');
    };
    const { dsseEnvelope } = document;
    const size = Buffer.from(dsseEnvelope.payload, 'base64').length;
    for (let at = 0; at < size; at += 37) {
      const changed = { ...document, dsseEnvelope: { ...dsseEnvelope, payload: flip(dsseEnvelope.payload, at) } };
      await expect(verify(JSON.stringify(changed), key('p256'))).rejects.toThrow(SigningProblem);
    }
    for (let at = 0; at < 60; at += 7) {
      const signatures = dsseEnvelope.signatures.map(({ sig, ...rest }) => ({ ...rest, sig: flip(sig, at) }));
      const changed = { ...document, dsseEnvelope: { ...dsseEnvelope, signatures } };
      await expect(verify(JSON.stringify(changed), key('p256'))).rejects.toThrow();
    }
  });

  it('are refused as a problem, never as an exception, however they are cut', async () => {
    const text = read('certificate.sig');
    for (let length = 0; length < text.trimEnd().length; length += 97) {
      await expect(verify(text.slice(0, length), certificate())).rejects.toThrow(SigningProblem);
    }
  });
});

describe('a model that is not the one that was signed', () => {
  const changes: readonly (readonly [string, () => void, string])[] = [
    [
      'a file was changed',
      () => writeFileSync(join(model, 'config.json'), '{"layers": 3}\n'),
      'config.json is not what was signed',
    ],
    ['a file is gone', () => rmSync(join(model, 'config.json')), 'config.json was signed and is not there'],
    ['a file is new', () => writeFileSync(join(model, 'run.py'), ''), 'run.py was not signed'],
    [
      'a file became a link',
      () => {
        cpSync(join(model, 'config.json'), join(model, 'notes.txt'));
        rmSync(join(model, 'config.json'));
        symlinkSync('notes.txt', join(model, 'config.json'));
      },
      'config.json is a link, and was signed as a file',
    ],
  ];

  it.each(changes)('is told: %s', async (what, change, expected) => {
    change();
    for (const name of ['p256', 'shards', 'blake2b']) {
      const { mismatches } = await verify(read(`${name}.sig`), key('p256'));
      const told = mismatches.map((mismatch) => `${mismatch.path} ${mismatch.what}`);
      // A new file that is empty has no shards that could be signed.
      if (name === 'shards' && what === 'a file is new') expect(told).toEqual([]);
      else expect(told).toEqual([expect.stringContaining(expected)]);
    }
  });

  it('is told when a single shard differs, or bytes were added', async () => {
    const path = join(model, 'sub/weights.bin');
    const bytes = readFileSync(path);
    bytes[1500] = 255;
    writeFileSync(path, bytes);
    const told = async (): Promise<string[]> =>
      (await verify(read('shards.sig'), key('p256'))).mismatches.map(({ what }) => what);
    expect(await told()).toEqual(['is not what was signed, between the bytes 1000 and 2000']);
    writeFileSync(path, Buffer.concat([readFileSync(join(vectors, 'model/sub/weights.bin')), Buffer.alloc(600)]));
    expect(await told()).toEqual(['is not what was signed']);
  });

  it('may have a signature and Git files in it', async () => {
    for (const name of ['model.sig', '.gitattributes']) writeFileSync(join(model, name), 'x');
    expect((await verify(read('p256.sig'), key('p256'))).mismatches).toEqual([]);
  });
});

describe('a statement', () => {
  type Change = (statement: {
    _type: string;
    subject: { digest: { sha256: string } }[];
    predicate: {
      resources: { name: string; digest: string; algorithm: string }[];
      serialization: Record<string, unknown>;
    };
  }) => void;
  const statement = (change: Change): Buffer => {
    const payload = JSON.parse(parseBundle(read('p256.sig')).payload.toString()) as Parameters<Change>[0];
    change(payload);
    return Buffer.from(JSON.stringify(payload));
  };
  const first = ({ predicate }: Parameters<Change>[0]): { name: string; digest: string; algorithm: string } =>
    predicate.resources[0] ?? { name: '', digest: '', algorithm: '' };

  it.each<[string, Change, RegExp]>([
    ['names a file above the model', (each) => (first(each).name = '../x'), /not canonical/],
    ['names an absolute path', (each) => (first(each).name = '/etc/passwd'), /not canonical/],
    ['names a file twice', (each) => each.predicate.resources.push(first(each)), /twice/],
    ['has a digest of another length', (each) => (first(each).digest = 'ab'), /is not one of sha256/],
    ['mixes algorithms', (each) => (first(each).algorithm = 'md5'), /mixes hash algorithms/],
    [
      'uses an unknown algorithm',
      (each) => (each.predicate.serialization['hash_type'] = 'blake3'),
      /hashed with blake3/,
    ],
    [
      'has another subject',
      (each) => (each.subject = [{ digest: { sha256: '00' } }]),
      /subject is not that of its files/,
    ],
    ['has no files', (each) => (each.predicate.resources = []), /lists no files/],
    ['has an unknown method', (each) => (each.predicate.serialization['method'] = 'x'), /neither files nor shards/],
    ['has no shard size', (each) => (each.predicate.serialization['method'] = 'shards'), /no shard_size/],
    ['is of another type', (each) => (each._type = 'x'), /in-toto/],
  ])('is refused when it %s', (_, change, why) => {
    expect(() => parseStatement(statement(change))).toThrow(why);
  });
});
