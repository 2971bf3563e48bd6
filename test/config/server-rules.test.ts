import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/config/load.ts';

const minimal = `version: 1
name: fraud
model: {path: model/}
image: {repository: ghcr.io/acme/fraud}
`;

const parse = (text: string, environment: string | null = null) =>
  parseConfig(minimal + text, 'mldeploy.yaml', environment);

describe('keys of a server', () => {
  it('that its type does not use are refused with the type that does', () => {
    expect(() => parse('server: {type: onnxruntime, entry: inference.py}\n')).toThrow(
      /5:\d+ +server\.entry +is not used by the server `onnxruntime`.*`server\.type: fastapi`, or no `server\.entry`/s,
    );
    expect(() => parse('server: {providers: [cpu]}\n')).toThrow(
      /server\.providers +is not used by the server `fastapi`/,
    );
  });

  it('may be null, and may belong to the server of another environment', () => {
    expect(parse('server: {type: onnxruntime, entry: null}\n').server.type).toBe('onnxruntime');
    const text =
      'server: {entry: inference.py}\nenvironments: {fast: {server: {type: onnxruntime, providers: [cpu]}}}\n';
    expect(parse(text, 'fast').server).toMatchObject({ type: 'onnxruntime', providers: ['cpu'] });
  });

  it('have defaults that follow the resources', () => {
    expect(parse('server: {type: onnxruntime}\n').server.providers).toEqual(['cpu']);
    expect(parse('server: {type: onnxruntime}\nresources: {gpu: {count: 1}}\n').server.providers).toEqual([
      'cuda',
      'cpu',
    ]);
    expect(() => parse('server: {type: onnxruntime, providers: [cuda]}\n')).toThrow(/`cuda` alone needs a GPU/);
  });
});
