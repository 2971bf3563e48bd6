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
      /5:\d+ +server\.entry +is not used by the server `onnxruntime`.*`server\.type: fastapi` or .*, or no `server\.entry`/s,
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

  it('of the server that an environment replaces do not reach the other one', () => {
    const text = `server: {entry: inference.py, requirements: requirements.txt, workers: 2, maxBody: 1Mi}
environments:
  fast: {server: {type: onnxruntime}}
  own: {server: {type: custom}}
`;
    expect(parse(text).server).toMatchObject({ entry: 'inference.py', requirements: 'requirements.txt' });
    const inherited = { entry: null, requirements: null, workers: 2, maxBodyBytes: 1024 * 1024 };
    expect(parse(text, 'fast').server).toMatchObject(inherited);
    expect(parse(text, 'own').server).toEqual(parse('server: {type: custom}\n').server);
  });

  it('that its type does not use are refused in an environment too', () => {
    const other = 'environments: {fast: {server: {type: onnxruntime, entry: own.py}}}\n';
    expect(() => parse(`server: {entry: inference.py}\n${other}`, 'fast')).toThrow(
      /6:\d+ +server\.entry +is not used by the server `onnxruntime`/,
    );
    const same = 'environments: {fast: {server: {providers: [cpu]}}}\n';
    expect(() => parse(same, 'fast')).toThrow(/server\.providers +is not used by the server `fastapi`/);
    expect(() => parse('server: {providers: [cpu]}\nenvironments: {fast: {}}\n', 'fast')).toThrow(/server\.providers/);
  });

  it('have defaults that follow the resources', () => {
    expect(parse('server: {type: onnxruntime}\n').server.providers).toEqual(['cpu']);
    expect(parse('server: {type: onnxruntime}\nresources: {gpu: {count: 1}}\n').server.providers).toEqual([
      'cuda',
      'cpu',
    ]);
    expect(() => parse('server: {type: onnxruntime, providers: [cuda]}\n')).toThrow(/`cuda` alone needs a GPU/);
  });

  it('have the port and the base of their server', () => {
    const of = (server: string, more = '') => {
      const { server: found, image } = parse(`server: {${server}}\n${more}`);
      return [found.port, image.base];
    };
    const gpu = 'resources: {gpu: {count: 1}}\n';
    expect(of('type: tf-serving')).toEqual([8501, 'docker.io/tensorflow/serving:2.19.1']);
    expect(of('type: tf-serving', gpu)).toEqual([8501, 'docker.io/tensorflow/serving:2.19.1-gpu']);
    expect(of('type: torchserve, port: 9000')).toEqual([9000, 'docker.io/pytorch/torchserve:0.12.0-cpu']);
    expect(of('type: triton', gpu)[1]).toContain('nvcr.io/nvidia/tritonserver:');
    expect(of('type: vllm')[1]).toContain('vllm/vllm-openai:v');
    expect(of('type: fastapi')).toEqual([8000, 'docker.io/library/python:3.12-slim']);
  });

  it.each([
    ['type: custom, protocol: http', /server\.protocol +`http` needs to know what to ask/],
    ['type: custom, request: {path: /x}', /server\.request +is not used with the protocol `openapi`/],
    ['type: custom, protocol: http, request: {path: x}', /a path such as `\/score`/],
    ['type: custom, protocol: http, request: {path: /x, status: 404}', /a whole number from 200 to 299/],
    ['type: custom, protocol: http, request: {path: /x, answer: a.b}', /a path begins with \$/],
    [
      'type: custom, protocol: http, request: {path: /x, body: "{{row}} {{name}}"}',
      /has the unknown placeholder `{{name}}`/,
    ],
    ['type: triton, workers: 2, vllm: {maxLength: 5}', /server\.vllm +is not used by the server `triton`/],
    ['type: vllm, batching: {maxBatch: 2}', /server\.batching +is not used by the server `vllm`/],
    ['type: tf-serving, batching: {maxBatch: 1}', /a whole number from 2/],
    ['type: tf-serving, batching: {delay: 1ms}', /maxBatch/],
    ['type: triton, port: 8002', /needs the port 8002 for something else/],
    ['type: vllm, vllm: {gpuMemory: 0%}', /a share above 0%/],
    ['type: vllm, vllm: {dtype: float64}', /server\.vllm\.dtype/],
    ['type: vllm, vllm: {args: [max-num-seqs 4]}', /an argument such as/],
    ['type: vllm, vllm: {args: [--model=/other]}', /`--model` is set by ml-deploy/],
    ['type: vllm, vllm: {args: [--hf-token=x]}', /would put a secret/],
  ])('%s is refused', (server, message) => {
    expect(() => parse(`server: {${server}}\n`)).toThrow(message);
  });
});
