import { expect, test } from 'vitest';
import { networkCount, networkOf } from './network.ts';

test('addresses of a cluster lie within its own range', () => {
  expect(networkOf('0a1b2c3d', 65)).toEqual({
    index: 65,
    hostAddress: '198.19.4.1',
    nodeAddress: '198.19.4.2',
    podCidr: '198.19.5.0/24',
    serviceCidr: '198.19.6.0/23',
    apiServiceAddress: '198.19.6.1',
    cidr: '198.19.4.0/22',
    nodes: [
      { name: 'node-1', address: '198.19.4.2', podCidr: '198.19.5.0/25', hostInterface: 'mld1-0a1b2c3d' },
      { name: 'node-2', address: '198.19.4.3', podCidr: '198.19.5.128/25', hostInterface: 'mld2-0a1b2c3d' },
    ],
  });
});

test('no two clusters share an address, and all lie in 198.18.0.0/15', () => {
  const ranges = Array.from({ length: networkCount }, (_, index) => networkOf('00000000', index).cidr);
  expect(new Set(ranges).size).toBe(networkCount);
  expect(ranges[0]).toBe('198.18.0.0/22');
  expect(ranges.at(-1)).toBe('198.19.252.0/22');
});

test('the names of interfaces fit into 15 characters', () => {
  for (const { hostInterface } of networkOf('ffffffff', 0).nodes) expect(hostInterface.length).toBeLessThanOrEqual(15);
});
