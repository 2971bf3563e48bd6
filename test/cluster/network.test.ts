import { expect, test } from 'vitest';
import { interfaceOf, networkCount, networkOf } from './network.ts';

test('addresses of a cluster lie within its own range', () => {
  expect(networkOf('0a1b2c3d', 65)).toEqual({
    index: 65,
    hostAddress: '198.19.4.1',
    nodeAddress: '198.19.4.2',
    podCidr: '198.19.5.0/24',
    serviceCidr: '198.19.6.0/23',
    apiServiceAddress: '198.19.6.1',
    cidr: '198.19.4.0/22',
    hostInterface: 'mld-0a1b2c3d',
  });
});

test('no two clusters share an address, and all lie in 198.18.0.0/15', () => {
  const ranges = Array.from({ length: networkCount }, (_, index) => networkOf('00000000', index).cidr);
  expect(new Set(ranges).size).toBe(networkCount);
  expect(ranges[0]).toBe('198.18.0.0/22');
  expect(ranges.at(-1)).toBe('198.19.252.0/22');
});

test('the interface name fits into 15 characters', () => {
  expect(interfaceOf('ffffffff').length).toBeLessThanOrEqual(15);
});
