import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';

import type { Project } from './project.ts';

/** What the bare work takes. */
export interface Bare {
  readonly seconds: number;
  /** Of this process alone. */
  readonly cpuSeconds: number;
}

const pieceBytes = 1024 * 1024;

/** Read every byte, hash it, write it, and see it on the disk. */
export function readHashWrite({ root, files }: Project, copy: string): Bare {
  const end = began();
  const buffer = Buffer.allocUnsafe(pieceBytes);
  for (const { path } of files) {
    const hash = createHash('sha256');
    const from = openSync(join(root, 'model', path), 'r');
    const to = openSync(copy, 'w');
    for (let size; (size = readSync(from, buffer)) > 0;) {
      hash.update(buffer.subarray(0, size));
      writeSync(to, buffer, 0, size);
    }
    fsyncSync(to);
    closeSync(from);
    closeSync(to);
    hash.digest();
  }
  rmSync(copy);
  return end();
}

/** Read every byte, hash it, and send it to a registry as simply as it can be done, three files at a time. */
export async function readHashSend({ root, files }: Project, registry: string): Promise<Bare> {
  const end = began();
  const waiting = files.map(({ path, bytes }) => ({ file: join(root, 'model', path), bytes }));
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await send(next.file, next.bytes, `http://${registry}`);
    }
  };
  await Promise.all([lane(), lane(), lane()]);
  return end();
}

async function send(file: string, bytes: number, registry: string): Promise<void> {
  const begun = await answer('POST', `${registry}/v2/bench/yardstick/blobs/uploads/`, 0);
  const hash = createHash('sha256');
  const hashed = new Transform({
    transform(piece: Buffer, _, done) {
      hash.update(piece);
      done(null, piece);
    },
  });
  const content = createReadStream(file, { highWaterMark: pieceBytes });
  const sent = await answer('PATCH', new URL(begun.headers.location ?? '', registry).href, bytes, [content, hashed]);
  const place = new URL(sent.headers.location ?? '', registry);
  place.searchParams.set('digest', `sha256:${hash.digest('hex')}`);
  const { statusCode } = await answer('PUT', place.href, 0);
  if (statusCode !== 201) throw new Error(`the registry answered ${statusCode} to a plain upload`);
}

async function answer(
  method: string,
  url: string,
  bytes: number,
  body?: [NodeJS.ReadableStream, Transform],
): Promise<IncomingMessage> {
  const headers = { 'content-type': 'application/octet-stream', 'content-length': bytes };
  const outgoing = request(url, { method, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming));
    });
    outgoing.on('error', reject);
  });
  if (body === undefined) outgoing.end();
  else await pipeline(body[0], body[1], outgoing);
  return answered;
}

function began(): () => Bare {
  const time = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - time) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}
