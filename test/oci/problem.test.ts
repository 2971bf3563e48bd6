import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { unreachable } from '../../src/oci/problem.ts';

test('a registry that answers plain HTTP is told in words, not in those of OpenSSL', async () => {
  const server = createServer((_, response) => response.end('hello'));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const cause: unknown = await fetch(`${address}/v2/`).catch((error: unknown) => error);
    const error = unreachable(address, 'push to', 'a.b/c', cause);
    expect(error.message).toMatch(
      /^could not push to a\.b\/c: the registry at 127\.0\.0\.1:\d+ answers plain HTTP, and HTTPS was expected$/,
    );
    expect(error.hint).toContain('image.insecure: true');
  } finally {
    server.close();
  }
});
