import { describe, expect, it } from 'vitest';

import { parseChallenge } from '../../src/oci/authorization.ts';
import { isLoopback, parseRepository } from '../../src/oci/repository.ts';

describe('repository names', () => {
  it.each([
    ['ghcr.io/acme/fraud', 'ghcr.io', 'acme/fraud'],
    ['localhost/fraud', 'localhost', 'fraud'],
    ['registry:5000/a/b_c/d-e', 'registry:5000', 'a/b_c/d-e'],
    ['[::1]:5000/x', '[::1]:5000', 'x'],
    ['my_registry:5000/x', 'my_registry:5000', 'x'],
    ['198.18.0.2:5000/x', '198.18.0.2:5000', 'x'],
    ['acme/fraud', 'registry-1.docker.io', 'acme/fraud'],
    ['docker.io/python', 'registry-1.docker.io', 'library/python'],
    ['Registry.Example.COM:443/acme/fraud', 'registry.example.com:443', 'acme/fraud'],
    ['Docker.io/python', 'registry-1.docker.io', 'library/python'],
    ['LOCALHOST/fraud', 'localhost', 'fraud'],
  ])('%s is %s and %s', (name, host, path) => {
    expect(parseRepository(name)).toEqual({ name, host, path });
  });

  it.each([
    '',
    'ghcr.io/',
    'ghcr.io/Acme/fraud',
    'ghcr.io/acme/fraud:v1',
    'ghcr.io/acme//fraud',
    'ghcr.io/acme@sha256:0',
    'localhost:abc/x',
    'localhost:99999/x',
    'me@ghcr.io/x',
    'a b.c/x',
    '[::1/x',
  ])('refuses %j', (name) => {
    expect(() => parseRepository(name)).toThrow(expect.objectContaining({ code: 'registry/bad-name' }) as Error);
  });

  it('allows plain HTTP without asking on this machine only', () => {
    const hosts = ['localhost', 'localhost:5000', '127.0.0.1:5000', '127.9.9.9', '[::1]:5000'];
    expect(hosts.filter((host) => !isLoopback(host))).toEqual([]);
    const others = ['127.0.0.1.example.com', 'localhost.example.com', '198.18.0.2:5000', '10.0.0.1', 'registry'];
    expect(others.filter(isLoopback)).toEqual([]);
  });
});

describe('challenges', () => {
  it('are read with quotes, commas and several schemes', () => {
    expect(parseChallenge('Basic realm="x", Bearer realm="https://a/token",service="s, t",scope="pull,push"')).toEqual({
      scheme: 'bearer',
      parameters: { realm: 'https://a/token', service: 's, t', scope: 'pull,push' },
    });
    expect(parseChallenge('basic realm=x')).toEqual({ scheme: 'basic', parameters: { realm: 'x' } });
    expect(parseChallenge('Negotiate')).toBeNull();
  });
});
