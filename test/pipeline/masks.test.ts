import { describe, expect, it } from 'vitest';
import { masksOf } from '../../src/pipeline/masks.ts';

/** What is left of a text after the runner has masked it. */
const masked = (text: string, secret: string): string =>
  masksOf(secret).reduce((left, mask) => left.replaceAll(mask, '***'), text);

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- {name: c, cluster: {server: "https://example.test"}}
users:
- name: ci
  user:
    token: eyJhbGciOiJSUzI1NiJ9.secret-token
    client-key-data: ${Buffer.from('-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----').toString('base64')}
`;

describe('masks', () => {
  it('hides a token as it is', () => {
    expect(masked('bearer s3cr3t-value', 's3cr3t-value')).toBe('bearer ***');
  });

  it.each(['', 'u', 'us', 'user:', 'x-access-token:'])('hides a token in the base64 form of %j + token', (before) => {
    const header = Buffer.from(`${before}gh_0123456789abcdef`).toString('base64');
    const left = masked(header, 'gh_0123456789abcdef');
    expect(left).toContain('***');
    expect(Buffer.from(left.replaceAll('***', ''), 'base64').toString()).not.toContain('0123');
  });

  it('hides the secret values of a kubeconfig, and nothing else of it', () => {
    const left = masked(kubeconfig, kubeconfig);
    expect(left).not.toContain('secret-token');
    expect(left).toContain('client-key-data: ***');
    expect(left).toContain('https://example.test');
    expect(masked('MIIEvQIBADANBg', kubeconfig)).toBe('***');
  });

  it('hides user and password of a Docker configuration', () => {
    const auth = Buffer.from('robot:hunter2-long').toString('base64');
    const config = JSON.stringify({ auths: { 'ghcr.io': { auth } } });
    expect(masked(`login ${auth} with hunter2-long`, config)).toBe('login *** with ***');
  });

  it('hides a password with special characters inside JSON and inside an address', () => {
    const secret = 'p@ss "w0rd"/1';
    expect(masked(JSON.stringify({ password: secret }), secret)).toBe('{"password":"***"}');
    expect(masked(`postgres://app:${encodeURIComponent(secret)}@db/`, secret)).toBe('postgres://app:***@db/');
  });

  it('never hides short words', () => {
    expect(masksOf('abc')).toEqual([]);
    expect(masksOf('')).toEqual([]);
  });
});
