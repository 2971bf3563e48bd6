import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupOf } from '../control-groups.ts';
import { inside } from '../namespaces.ts';
import { mirrored } from './node.ts';
import type { Service } from './service.ts';

/**
 * Image registry on the node's address.
 * @param folder state folder; the images lie in `registry/`
 * @param registry `HOST:PORT` to listen on
 * @returns service
 */
export function imageRegistry(folder: string, registry: string): Service {
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: {
      filesystem: { rootdirectory: `${inside.state}/registry` },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: { addr: registry },
  };
  writeFileSync(join(folder, 'registry.yml'), JSON.stringify(config, null, 2));
  return { name: 'registry', command: ['docker-registry', 'serve', `${inside.state}/registry.yml`] };
}

/**
 * Image builder; its steps run in the namespaces of the cluster, with the cluster's way out to the world.
 * @param id cluster's id
 * @param folder state folder
 * @param bin folder of the program
 * @param registry where the names of base images are looked up
 * @returns service
 */
export function imageBuilder(id: string, folder: string, bin: string, registry: string): Service {
  const mirrors = mirrored.map((name) => `[registry."${name}"]\n  mirrors = ["${registry}"]\n`);
  const config = `root = "${inside.state}/buildkit"
[grpc]
  address = ["unix://${inside.state}/buildkitd.sock"]
[worker.oci]
  enabled = true
  snapshotter = "overlayfs"
  binary = "runc"
  defaultCgroupParent = "${groupOf(id)}"
  gc = true
  maxUsedSpace = "10GB"
  reservedSpace = "5GB"
  minFreeSpace = "1GB"
[worker.containerd]
  enabled = false
${mirrors.join('')}[registry."${registry}"]
  http = true
`;
  mkdirSync(join(folder, 'buildkit'), { recursive: true });
  writeFileSync(join(folder, 'buildkitd.toml'), config);
  return { name: 'buildkitd', command: [`${bin}/buildkitd`, '--config', `${inside.state}/buildkitd.toml`] };
}
