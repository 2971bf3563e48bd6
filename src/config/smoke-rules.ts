import type { Config } from './config.ts';
import type { Violation } from './rules.ts';

/** Rules between keys of `smoke` and others: one that nothing would use only seems to limit something. */
export function smokeRules({ smoke, resources, server, rollout }: Config): Violation[] {
  const violations: Violation[] = [];
  if (smoke.runtime === 'process' && smoke.url === null) {
    violations.push({
      where: ['smoke', 'runtime'],
      message: 'found `process`, but `smoke.url` is not set',
      expected: '`smoke.url` with the address of the running server',
    });
  }
  if (!['process', 'auto'].includes(smoke.runtime) && smoke.url !== null) {
    violations.push({
      where: ['smoke', 'url'],
      message: `\`url\` is only used by the runtime \`process\`, found \`${smoke.runtime}\``,
      expected: '`smoke.runtime: process` or `auto`, or no `url`',
    });
  }
  if (smoke.device === 'require-gpu' && resources.gpu === null) {
    violations.push({
      where: ['smoke', 'device'],
      message: 'a GPU is required for the test, but `resources.gpu` is not set',
      expected: '`resources.gpu: {count: 1}`: the deployed pods would have none',
    });
  }
  if (smoke.maxGpuMemoryBytes !== null && resources.gpu === null) {
    violations.push({
      where: ['smoke', 'maxGpuMemory'],
      message: 'limits the memory of a GPU, but `resources.gpu` is not set',
      expected: '`resources.gpu: {count: 1}`, or no `maxGpuMemory`',
    });
  }
  if (rollout.smokedOn !== undefined && (resources.gpu === null || smoke.device === 'cpu')) {
    violations.push({
      where: ['rollout', 'smokedOn'],
      message: `asks for a smoke test on a GPU, but ${resources.gpu === null ? '`resources.gpu` is not set' : '`smoke.device` is `cpu`'}`,
      expected: '`resources.gpu` and `smoke.device: {require: gpu}`, or no `smokedOn`',
    });
  }
  const streams = server.type === 'vllm' || (server.type === 'custom' && server.protocol === 'openai');
  if (smoke.maxFirstTokenMs !== null && !streams) {
    violations.push({
      where: ['smoke', 'maxFirstToken'],
      message: `limits streamed answers, which the server \`${server.type}\` does not give`,
      expected: "a server with OpenAI's API (`vllm`, or `custom` with `protocol: openai`), or no `maxFirstToken`",
    });
  }
  return violations;
}
