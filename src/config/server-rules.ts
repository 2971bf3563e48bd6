import type { Config, ServerConfig } from './config.ts';
import { find, isWritten, type Located } from './located.ts';
import { parseJsonPath } from '../json-path.ts';
import type { Violation } from './rules.ts';

const application = ['port', 'workers', 'threads', 'maxBody'] as const;

/** Keys of `server` that a type uses besides `type`. */
export const serverKeys: Readonly<Record<ServerConfig['type'], readonly string[]>> = {
  fastapi: ['entry', 'requirements', ...application],
  onnxruntime: ['providers', ...application],
  custom: [
    ...['port', 'dockerfile', 'context', 'target', 'args', 'modelPath', 'livePath', 'readyPath', 'protocol', 'request'],
  ],
  'tf-serving': ['port', 'batching'],
  torchserve: ['entry', 'port', 'workers', 'batching', 'maxBody'],
  triton: ['entry', 'port', 'workers', 'batching'],
  vllm: ['port', 'vllm'],
};

/**
 * Rules between keys of `server`: one that its type does not use would only seem to do something.
 * @param config resolved
 * @param root places in the file
 * @param environment what the chosen environment lays over the file; null: none was chosen
 */
export function serverRules(config: Config, root: Located, environment: Located | null): Violation[] {
  // An environment may choose another server than the one that the rest of the file is written for: then only its own keys count.
  const written = environment !== null && isWritten(environment, ['server', 'type']) ? environment : root;
  return [
    ...unusedKeys(config, written),
    ...portRules(config),
    ...vllmRules(config),
    ...providerRules(config),
    ...requestRules(config),
  ];
}

function unusedKeys({ server: { type } }: Config, root: Located): Violation[] {
  const used = serverKeys[type];
  const known = new Set(Object.values(serverKeys).flat());
  return [...known]
    .filter((key) => !used.includes(key) && isSet(root, ['server', key]))
    .map((key) => {
      const users = Object.entries(serverKeys).filter(([, keys]) => keys.includes(key));
      const types = users.map(([name]) => `\`server.type: ${name}\``).join(' or ');
      return {
        where: ['server', key],
        message: `is not used by the server \`${type}\``,
        expected: `${types}, or no \`server.${key}\``,
      };
    });
}

/** Written, and not to say that it is not set (`null`, `{}`). */
function isSet(root: Located, where: readonly string[]): boolean {
  if (!isWritten(root, where)) return false;
  const { node } = find(root, where);
  if (node.kind === 'map') return node.entries.size > 0;
  return node.kind !== 'scalar' || node.value !== null;
}

function providerRules({ server: { type, providers }, resources }: Config): Violation[] {
  if (type !== 'onnxruntime' || resources.gpu !== null || providers[0] !== 'cuda' || providers.length > 1) return [];
  return [
    {
      where: ['server', 'providers'],
      message: '`cuda` alone needs a GPU, but `resources.gpu` is not set',
      expected: '`resources.gpu: {count: 1}`, or `cpu` among the providers',
    },
  ];
}

function requestRules({ server: { type, protocol, request } }: Config): Violation[] {
  if (type !== 'custom') return [];
  if ((protocol === 'http') !== (request !== null)) {
    return [
      request === null
        ? { where: ['server', 'protocol'], message: '`http` needs to know what to ask', expected: '`server.request`' }
        : {
            where: ['server', 'request'],
            message: `is not used with the protocol \`${protocol}\``,
            expected: '`server.protocol: http`, or no `server.request`',
          },
    ];
  }
  const path = request?.answer === undefined || request.answer === null ? null : parseJsonPath(request.answer);
  const violations: Violation[] = [];
  if (typeof path === 'string') {
    violations.push({ where: ['server', 'request', 'answer'], message: path, expected: 'a path such as `$.scores`' });
  }
  const unknown = [...(request?.body ?? '').matchAll(/\{\{([^{}]*)\}\}/g)]
    .map(([, name]) => name ?? '')
    .find((name) => !placeholders.includes(name));
  if (unknown !== undefined) {
    violations.push({
      where: ['server', 'request', 'body'],
      message: `has the unknown placeholder \`{{${unknown}}}\``,
      expected: placeholders.map((name) => `\`{{${name}}}\``).join(', '),
    });
  }
  return violations;
}

/** What becomes rows in `server.request.body`. */
const placeholders = ['rows', 'row', 'csv'];

/** Ports that a server has besides the one that can be chosen. */
const otherPorts: Readonly<Partial<Record<ServerConfig['type'], readonly number[]>>> = {
  'tf-serving': [8500],
  torchserve: [8081, 8082],
  triton: [8001, 8002],
};

function portRules({ server: { type, port } }: Config): Violation[] {
  const taken = otherPorts[type] ?? [];
  if (!taken.includes(port)) return [];
  return [
    {
      where: ['server', 'port'],
      message: `${type} needs the port ${port} for something else`,
      expected: `another port than ${taken.join(' and ')}`,
    },
  ];
}

/** Arguments of `vllm serve` that are refused, and why. */
const refusedArguments: readonly { readonly names: RegExp; readonly why: string; readonly instead: string }[] = [
  {
    names:
      /^(model|served-model-name|host|port|dtype|max-model-len|gpu-memory-utilization|tensor-parallel-size|config)$/,
    why: 'is set by ml-deploy',
    instead: 'the key for it (`server.port`, `server.vllm`, `resources.gpu.count`), or nothing',
  },
  { names: /^trust-remote-code$/, why: 'lets files of the model run code', instead: 'a model that vLLM knows' },
  {
    names: /^(api-key|hf-token|ssl-.*)$/,
    why: 'would put a secret or a path of another machine into the image',
    instead: 'a Secret in `deploy.secrets` that sets the variable (`VLLM_API_KEY`)',
  },
  {
    names: /^(download-dir|allowed-local-media-path|uds)$/,
    why: 'names a path outside of the image',
    instead: 'nothing: the model is in the image',
  },
];

function vllmRules({ server: { vllm } }: Config): Violation[] {
  const violations: Violation[] = [];
  if (vllm.gpuMemory !== null && (vllm.gpuMemory <= 0 || vllm.gpuMemory > 1)) {
    violations.push({
      where: ['server', 'vllm', 'gpuMemory'],
      message: `found ${vllm.gpuMemory * 100}%`,
      expected: 'a share above 0% and up to 100%',
    });
  }
  for (const [index, argument] of vllm.args.entries()) {
    const name = /^--([a-z0-9-]+)/.exec(argument)?.[1] ?? '';
    const refused = refusedArguments.find(({ names }) => names.test(name));
    if (refused === undefined) continue;
    violations.push({
      where: ['server', 'vllm', 'args', index],
      message: `\`--${name}\` ${refused.why}`,
      expected: refused.instead,
    });
  }
  return violations;
}
