import { once } from 'node:events';
import { createServer } from 'node:net';

import { describe, expect, it } from 'vitest';

import { beginningOf, smallBody } from '../../src/oci/small-answer.ts';
import { sendStream } from '../../src/oci/stream-request.ts';
import { locationOf } from '../../src/oci/upload.ts';

describe('an answer that should be small', () => {
  it('is read when it is, and given up when it does not end', async () => {
    expect((await smallBody(new Response('text'), 'read', 4)).toString()).toBe('text');
    expect(await smallBody(new Response(null), 'read')).toHaveLength(0);
    let given = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1000;
        controller.enqueue(new Uint8Array(1000));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    await expect(smallBody(new Response(endless), 'read a manifest in', 5000)).rejects.toMatchObject({
      code: 'registry/failed',
      message: expect.stringContaining('more than 5000 bytes') as string,
    });
    expect(cancelled).toBe(true);
    expect(given).toBeLessThan(10_000);
    expect(await beginningOf(new Response('text'), 2)).toEqual({ content: Buffer.from('te'), whole: false });
  });
});

describe('a registry that speaks nonsense', () => {
  it('sends uploads on to no address', () => {
    const response = new Response(null, { status: 202, headers: { location: 'http://[' } });
    expect(() => locationOf(response, '/v2/x', 'http://registry.example')).toThrow(
      expect.objectContaining({ code: 'registry/failed' }) as Error,
    );
  });

  it('answers an upload with a status that there is not', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
    const sent = sendStream(new URL(`http://127.0.0.1:${address.port}/u`), {
      method: 'PATCH',
      headers: { 'content-length': '3' },
      body: pieces(),
      signal: new AbortController().signal,
      stallMs: 10_000,
    });
    await expect(sent).rejects.toThrow(/status/);
    server.close();
  });
});

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('abc'));
}
