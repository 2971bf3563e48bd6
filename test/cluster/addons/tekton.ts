import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseImages } from '../images/base-images.ts';
import { layerOf, storeImage } from '../images/registry-folder.ts';
import { tar } from '../images/tar.ts';
import { tekton as recipe } from '../build/recipes/tekton.ts';
import { until } from '../poll.ts';
import type { Addon } from './addon.ts';

/** Programs that run as containers: the two servers, and what they put into the pods of Tasks. */
const programs = ['controller', 'webhook', 'entrypoint', 'nop', 'workingdirinit'];

/** What our Pipelines do not need: the servers for events and remote resolvers, and the webhook's autoscaler. */
const unused = new Set(['events.yaml', 'webhook-hpa.yaml']);

/** Tekton Pipelines in its own namespace `tekton-pipelines`, from its own manifests with images of ours. */
export const tekton: Addon = {
  name: 'tekton',
  recipes: [recipe],
  seconds: 25,
  async start({ cluster, built }) {
    const image = (name: string): string => `${cluster.registry}/tekton/${name}:${recipe.version}`;
    for (const name of programs)
      await storeProgram(join(cluster.folder, 'registry'), join(built(recipe).bin, name), name);
    const files = join(built(recipe).files, 'config');
    const shell = `${cluster.registry}/${baseImages.busybox}`;
    const texts = manifests(files).map((file) =>
      readFileSync(file, 'utf8')
        .replaceAll(/ko:\/\/github\.com\/tektoncd\/pipeline\/cmd\/(\w+)/g, (_, name: string) => image(name))
        .replace(/"cgr\.dev\/chainguard\/busybox@[^"]*"/, JSON.stringify(shell))
        .replaceAll('"devel"', JSON.stringify(recipe.version)),
    );
    await cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input: texts.join('\n---\n') });
    for (const name of ['tekton-pipelines-webhook', 'tekton-pipelines-controller']) {
      await cluster.kubectl(['rollout', 'status', `deployment/${name}`, '-n', 'tekton-pipelines', '--timeout=120s'], {
        timeout: 130_000,
      });
    }
    // A Task that is let in proves that the API server reaches the webhook and trusts its new certificate.
    const task = {
      apiVersion: 'tekton.dev/v1',
      kind: 'Task',
      metadata: { name: 'probe', namespace: 'default' },
      spec: { steps: [{ name: 'probe', image: shell, command: ['true'] }] },
    };
    await until(
      'admission by Tekton',
      () => cluster.kubectl(['create', '--dry-run=server', '-f', '-'], { input: JSON.stringify(task) }),
      { every: 250 },
    );
    return { namespace: 'tekton-pipelines', shellImage: shell };
  },
};

/** Namespace first, then definitions, then the rest: the folders are numbered that way. */
function manifests(folder: string): string[] {
  const list = (path: string): string[] =>
    readdirSync(path)
      .filter((name) => name.endsWith('.yaml') && !unused.has(name))
      .sort()
      .map((name) => join(path, name));
  return [...list(join(folder, '100-namespace')), ...list(join(folder, '300-crds')), ...list(folder)];
}

async function storeProgram(registry: string, program: string, name: string): Promise<void> {
  const layer = await layerOf(
    tar([
      { path: 'ko-app/', mode: 0o755 },
      { path: `ko-app/${name}`, mode: 0o755, content: readFileSync(program) },
    ]),
    1,
  );
  storeImage(registry, `tekton/${name}`, recipe.version, [layer], { Entrypoint: [`/ko-app/${name}`] });
}
