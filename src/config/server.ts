import type { ServerConfig } from './config.ts';
import type { MlDeployFile } from './generated/file.ts';
import { serverKeys } from './server-rules.ts';
import { parseBytes, parseDuration, parsePercentage } from './units.ts';

type Type = ServerConfig['type'];
type File = NonNullable<MlDeployFile['server']>;

/** What a type takes unless the file says otherwise. Versions are named in docs/server-<type>.md, too. */
const defaults: Readonly<Record<Type, { readonly port: number; readonly base: string; readonly gpuBase?: string }>> = {
  fastapi: { port: 8000, base: 'docker.io/library/python:3.12-slim' },
  onnxruntime: { port: 8000, base: 'docker.io/library/python:3.12-slim' },
  // The base is the Dockerfile's business.
  custom: { port: 8000, base: 'docker.io/library/python:3.12-slim' },
  'tf-serving': {
    port: 8501,
    base: 'docker.io/tensorflow/serving:2.19.1',
    gpuBase: 'docker.io/tensorflow/serving:2.19.1-gpu',
  },
  torchserve: {
    port: 8080,
    base: 'docker.io/pytorch/torchserve:0.12.0-cpu',
    gpuBase: 'docker.io/pytorch/torchserve:0.12.0-gpu',
  },
  triton: { port: 8000, base: 'nvcr.io/nvidia/tritonserver:25.10-py3' },
  vllm: { port: 8000, base: 'docker.io/vllm/vllm-openai:v0.26.0' },
};

/**
 * The base image of a server.
 * @param type of the server
 * @param gpu whether the pods have GPUs: some servers have an image of their own for them
 */
export function defaultBase(type: Type, gpu: boolean): string {
  const { base, gpuBase } = defaults[type];
  return gpu ? (gpuBase ?? base) : base;
}

/**
 * Fills in the defaults of `server` and parses units. What the type does not use is as if it were not written: an environment that
 * chooses another server inherits the keys of the one that the rest of the file is for.
 * @param written as the file has it
 * @param gpu whether the pods have GPUs
 */
export function resolveServer(written: File, gpu: boolean): ServerConfig {
  const type = written.type ?? 'fastapi';
  const server: File = Object.fromEntries(Object.entries(written).filter(([key]) => serverKeys[type].includes(key)));
  return {
    type,
    entry: server.entry ?? null,
    requirements: server.requirements ?? null,
    port: server.port ?? defaults[type].port,
    workers: server.workers ?? 1,
    threads: server.threads ?? null,
    providers: type === 'onnxruntime' ? (server.providers ?? (gpu ? ['cuda', 'cpu'] : ['cpu'])) : [],
    ...resolveCustom(server),
    batching: resolveBatching(server.batching ?? null),
    vllm: resolveVllm(server.vllm ?? {}),
    maxBodyBytes: parseBytes(server.maxBody ?? '10Mi'),
  };
}

type Custom =
  'dockerfile' | 'context' | 'target' | 'args' | 'modelPath' | 'livePath' | 'readyPath' | 'protocol' | 'request';

function resolveCustom(server: File): Pick<ServerConfig, Custom> {
  return {
    dockerfile: server.dockerfile ?? 'Dockerfile',
    context: server.context ?? '.',
    target: server.target ?? null,
    args: Object.fromEntries(Object.entries(server.args ?? {}).map(([name, value]) => [name, String(value)])),
    modelPath: server.modelPath ?? '/model',
    livePath: server.livePath ?? '/healthz',
    readyPath: server.readyPath ?? '/readyz',
    protocol: server.protocol ?? 'openapi',
    request: resolveRequest(server.request ?? null),
  };
}

function resolveRequest(request: NonNullable<File['request']> | null): ServerConfig['request'] {
  if (request === null) return null;
  return {
    path: request.path,
    method: request.method ?? 'POST',
    body: request.body ?? null,
    contentType: request.contentType ?? 'application/json',
    status: request.status ?? 200,
    answer: request.answer ?? null,
  };
}

function resolveBatching(batching: NonNullable<File['batching']> | null): ServerConfig['batching'] {
  return batching === null ? null : { maxBatch: batching.maxBatch, delayMs: parseDuration(batching.delay ?? '1ms') };
}

function resolveVllm({ maxLength, dtype, gpuMemory, args }: NonNullable<File['vllm']>): ServerConfig['vllm'] {
  return {
    maxLength: maxLength ?? null,
    dtype: dtype ?? 'auto',
    gpuMemory: gpuMemory === null || gpuMemory === undefined ? null : parsePercentage(gpuMemory),
    args: args ?? [],
  };
}
