import { createHash } from 'node:crypto';
import { fields, parseJson } from './bundle.ts';
import { SigningProblem } from './problem.ts';

/** Bytes of a file, and what they hash to. */
export interface Resource {
  /** Path relative to the model root; a byte range has `:begin:end` behind it. */
  readonly name: string;
  /** Hex. */
  readonly digest: string;
}

/** What was signed: which files, and how they were looked at. */
export interface Statement {
  readonly resources: readonly Resource[];
  readonly method: 'files' | 'shards';
  readonly hash: 'sha256' | 'blake2b';
  /** Bytes; null unless the method is shards. */
  readonly shardBytes: number | null;
  readonly allowSymlinks: boolean;
  /** Relative paths that were left out. */
  readonly ignored: readonly string[];
}

const digestDigits: Readonly<Record<string, number>> = { sha256: 64, blake2b: 128 };

/** Reads the in-toto statement of a verified payload (OpenSSF Model Signing v1.0, sections 5 and 6). Throws SigningProblem. */
export function parseStatement(payload: Buffer): Statement {
  const statement = fields(parseJson(payload.toString('utf8')), 'the statement');
  if (statement['_type'] !== 'https://in-toto.io/Statement/v1')
    throw new SigningProblem('it does not sign an in-toto statement');
  if (statement['predicateType'] !== 'https://model_signing/signature/v1.0') {
    throw new SigningProblem('it signs another kind of statement than https://model_signing/signature/v1.0');
  }
  const predicate = fields(statement['predicate'], 'the predicate');
  const serialization = fields(predicate['serialization'], 'serialization');
  const { method, hash_type: named, allow_symlinks: allowSymlinks = false, ignore_paths: ignored = [] } = serialization;
  if (method !== 'files' && method !== 'shards') throw new SigningProblem('its method is neither files nor shards');
  // The reference implementation writes blake2 for blake2b.
  const hash = named === 'blake2' ? 'blake2b' : named;
  if (hash !== 'sha256' && hash !== 'blake2b') {
    throw new SigningProblem(`its files are hashed with ${String(named)}; sha256 and blake2b can be verified`);
  }
  if (typeof allowSymlinks !== 'boolean') throw new SigningProblem('allow_symlinks is not true or false');
  const resources = resourcesOf(predicate['resources'], hash);
  checkSubject(statement['subject'], resources);
  return {
    resources,
    method,
    hash,
    shardBytes: shardBytes(serialization['shard_size'], method),
    allowSymlinks,
    ignored: paths(ignored),
  };
}

function shardBytes(value: unknown, method: 'files' | 'shards'): number | null {
  if (method === 'files') return null;
  if (typeof value !== 'number' && typeof value !== 'string') throw new SigningProblem('it has no shard_size');
  const size = Number(value);
  if (!Number.isSafeInteger(size) || size <= 0)
    throw new SigningProblem('its shard_size is not a positive whole number');
  return size;
}

function resourcesOf(value: unknown, hash: string): Resource[] {
  if (!Array.isArray(value) || value.length === 0) throw new SigningProblem('it lists no files');
  const names = new Set<string>();
  return value.map((each) => {
    const { name, digest, algorithm } = fields(each, 'a resource');
    if (typeof name !== 'string' || !isCanonical(name))
      throw new SigningProblem('it lists a file with a path that is not canonical');
    if (names.has(name)) throw new SigningProblem(`it lists ${JSON.stringify(name)} twice`);
    names.add(name);
    // The reference implementation names shards `sha256-sharded-1000000000`.
    const plain = typeof algorithm === 'string' ? algorithm.replace(/-sharded-\d+$/, '') : '';
    if ((plain === 'blake2' ? 'blake2b' : plain) !== hash) throw new SigningProblem('it mixes hash algorithms');
    if (typeof digest !== 'string' || !/^[0-9a-f]+$/.test(digest) || digest.length !== digestDigits[hash]) {
      throw new SigningProblem(`the digest of ${JSON.stringify(name)} is not one of ${hash}`);
    }
    return { name, digest };
  });
}

/** One subject, whose sha256 is over the raw digests in order of the names. */
function checkSubject(value: unknown, resources: readonly Resource[]): void {
  if (!Array.isArray(value) || value.length !== 1) throw new SigningProblem('it does not have exactly one subject');
  const { digest } = fields(value[0], 'the subject');
  const { sha256 } = fields(digest, 'the digest of the subject');
  const hash = createHash('sha256');
  for (const resource of resources) hash.update(Buffer.from(resource.digest, 'hex'));
  if (sha256 !== hash.digest('hex')) throw new SigningProblem('the digest of its subject is not that of its files');
}

function paths(value: unknown): string[] {
  if (!Array.isArray(value)) throw new SigningProblem('ignore_paths is not a list');
  return value.map((path: unknown) => {
    if (typeof path !== 'string') throw new SigningProblem('ignore_paths has something that is no path');
    return path;
  });
}

/** Relative, with `/`, without empty parts, `.` and `..`. */
function isCanonical(path: string): boolean {
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\0');
}
