import type { Config, ServerConfig } from './config.ts';
import { find, isWritten, type Located } from './located.ts';
import type { Violation } from './rules.ts';

const application = ['port', 'workers', 'threads', 'maxBody'] as const;

/** Keys of `server` that a type uses besides `type`. */
export const serverKeys: Readonly<Record<ServerConfig['type'], readonly string[]>> = {
  fastapi: ['entry', 'requirements', ...application],
  onnxruntime: ['providers', ...application],
  custom: [...['port', 'dockerfile', 'context', 'target', 'args', 'modelPath', 'livePath', 'readyPath', 'protocol']],
};

/**
 * Rules between keys of `server`: one that its type does not use would only seem to do something.
 * @param config resolved
 * @param root places in the file
 */
export function serverRules(config: Config, root: Located): Violation[] {
  return [...unusedKeys(config, root), ...providerRules(config)];
}

function unusedKeys({ environment, server: { type } }: Config, root: Located): Violation[] {
  // An environment may choose another server than the one that the rest of the file is written for.
  if (environment !== null) return [];
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

/** Written, and not to say that it is not set. */
function isSet(root: Located, where: readonly string[]): boolean {
  if (!isWritten(root, where)) return false;
  const { node } = find(root, where);
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
