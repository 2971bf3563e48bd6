import { expect, test } from 'vitest';
import { kubeApi } from '../../../src/kubernetes/kube-api.ts';
import { missingEndpoints } from '../../../src/rollout/traffic/replicas.ts';
import { MemoryTransport } from '../memory-transport.ts';

const facts = { model: 'fraud', namespace: 'ml', port: 80 };

function slices(...lists: readonly (readonly string[])[]): MemoryTransport {
  const transport = new MemoryTransport();
  for (const [index, addresses] of lists.entries()) {
    const name = `fraud-${index}`;
    transport.objects.set(`/apis/discovery.k8s.io/v1/namespaces/ml/endpointslices/${name}`, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name, namespace: 'ml' },
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    });
  }
  return transport;
}

const missing = (transport: MemoryTransport, addresses: readonly string[]): Promise<string | null> =>
  missingEndpoints(kubeApi(transport), facts, { addresses, written: 'r1' });

test('the same pods by their second address family are no endpoints of somebody else', async () => {
  const both = slices(['10.0.0.1', '10.0.0.2'], ['fd00::1', 'fd00::2']);
  expect(await missing(both, ['10.0.0.1', '10.0.0.2'])).toBeNull();
  expect(await missing(both, ['fd00::1', 'fd00::2'])).toBeNull();
});

test('what is absent, or should be gone, is counted', async () => {
  const both = slices(['10.0.0.1', '10.0.0.3'], ['fd00::1']);
  expect(await missing(both, ['10.0.0.1', '10.0.0.2'])).toMatch(
    /not endpoints yet: 1, endpoints that should be gone: 1/,
  );
  expect(await missing(both, [])).toMatch(/should be gone: 3/);
});
