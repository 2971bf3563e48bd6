import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inClusterTransport } from '../../src/kubernetes/in-cluster-transport.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';

/** Takes every connection and never says a word: an API server behind a dead load balancer. */
const sockets: Socket[] = [];
const server = createServer((socket) => {
  socket.on('error', () => undefined);
  sockets.push(socket);
});
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'account-'));
  for (const file of ['token', 'ca.crt', 'namespace']) await writeFile(join(folder, file), 'ml');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

function transport(): ReturnType<typeof inClusterTransport> {
  const { port } = server.address() as AddressInfo;
  return inClusterTransport({ KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) }, folder);
}

test('a request that hangs is tried again, and is a failure of the network in the end', async () => {
  const api = kubeApi(transport(), { deadlineMs: 1500 });
  const before = sockets.length;
  await expect(api.raw({ method: 'GET', path: '/readyz', timeoutMs: 100 })).rejects.toMatchObject({
    code: 'kubernetes/unreachable',
    kind: 'infrastructure',
  });
  expect(sockets.length - before).toBeGreaterThanOrEqual(3);
  api.close();
});

test('an abort by the caller stays an abort and is not tried again', async () => {
  const abort = new AbortController();
  const api = kubeApi(transport(), { signal: abort.signal });
  const before = sockets.length;
  const asked = api.raw({ method: 'GET', path: '/readyz' });
  await expect.poll(() => sockets.length).toBe(before + 1);
  abort.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect(sockets.length).toBe(before + 1);
  api.close();
});
