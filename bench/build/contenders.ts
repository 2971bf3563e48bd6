import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { goBuild } from '../../test/cluster/build/go-build.ts';
import { buildx } from '../../test/cluster/build/recipes/buildx.ts';
import { bentoml } from './bentoml.ts';
import { metered, type Metered } from './meter.ts';
import { buildCommand } from './ours.ts';
import type { Project } from './project.ts';
import type { Services } from './services.ts';

/** One way to come from the project to an image in the registry. */
export interface Contender {
  readonly id: string;
  /** For people. */
  readonly title: string;
  /** Whether the BuildKit daemon works for it. */
  readonly daemon: boolean;
  build(project: Project, services: Services, tools: Tools): Promise<Metered>;
  /** Makes the machine forget what it has built. */
  forget(project: Project, services: Services, tools: Tools): Promise<void>;
}

/** Programs and files of this machine. */
export interface Tools {
  /** PATH with buildctl, buildah, uv. */
  readonly path: string;
  /** Certificate authorities. */
  readonly ca: string;
  /** For files that are given to programs. */
  readonly folder: string;
}

function ours(builder: string): Contender {
  return {
    id: builder,
    title: `ml-deploy, builder ${builder}`,
    daemon: builder === 'buildkit' || builder === 'buildx',
    build: async (project, services, tools) => {
      const { root, files } = project;
      const repository = `${services.registry}/bench/${builder}`;
      return metered({
        command: buildCommand({ root, repository, base: services.base, builder, ca: tools.ca, files }),
        cwd: root,
        environment: {
          ...process.env,
          PATH: `${dirname(services.buildctl)}:${tools.path}`,
          BUILDKIT_HOST: services.buildkit,
          ...storage(tools),
          ...(builder === 'buildx' ? await buildxHere(services, tools) : {}),
        },
        daemon: builder === 'buildkit' || builder === 'buildx' ? services.buildkitd : null,
      });
    },
    forget: async (project, services, tools) => {
      rmSync(join(project.root, '.mldeploy'), { recursive: true, force: true });
      await prune(services, tools);
      for (const name of ['containers', 'containers-run']) removeWithMounts(join(tools.folder, name));
    },
  };
}

/** What buildx, which the builder of its name runs, is told of the daemon. */
async function buildxHere(services: Services, tools: Tools): Promise<NodeJS.ProcessEnv> {
  const { bin } = await goBuild(buildx, (line) => console.log(`  ${line}`));
  const environment = {
    PATH: `${bin}:${dirname(services.buildctl)}:${tools.path}`,
    BUILDX_CONFIG: join(tools.folder, 'services', 'buildx'),
  };
  if (!existsSync(environment.BUILDX_CONFIG)) {
    const create = ['create', '--name', 'bench', '--driver', 'remote', '--use', services.buildkit];
    execFileSync(join(bin, 'buildx'), create, { env: { ...process.env, ...environment }, stdio: 'ignore' });
  }
  return environment;
}

/** A hand-written Dockerfile, built and pushed as `docker build --push` does it: by BuildKit, layers compressed by gzip. */
function dockerfile(id: string, title: string, text: (base: string) => string): Contender {
  return {
    id,
    title,
    daemon: true,
    build: async (project, services, tools) => {
      const context = join(tools.folder, 'context');
      rmSync(context, { recursive: true, force: true });
      mkdirSync(context);
      // Without a copy of the bytes: only what the program itself does counts.
      for (const name of ['model', 'inference.py']) await link(join(project.root, name), join(context, name));
      const own = readFileSync(join(project.root, 'requirements.txt'), 'utf8');
      writeFileSync(join(context, 'requirements.txt'), `${own}${serving()}\n`);
      writeFileSync(join(context, 'Dockerfile'), text(services.base));
      return metered({
        command: [
          services.buildctl,
          ...['--addr', services.buildkit, 'build', '--progress=plain', '--frontend=dockerfile.v0'],
          ...['--local', `context=${context}`, '--local', `dockerfile=${context}`],
          ...['--secret', `id=ca,src=${tools.ca}`],
          ...['--output', `type=image,name=${services.registry}/bench/${id}:latest,push=true`],
        ],
        cwd: context,
        environment: { ...process.env, PATH: tools.path },
        daemon: services.buildkitd,
      });
    },
    forget: (_, services, tools) => prune(services, tools),
  };
}

const install = `RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt pip install --no-cache-dir -r requirements.txt`;

/** In the order in which they run. */
export const contenders: readonly Contender[] = [
  ours('oci'),
  dockerfile(
    'usual',
    'Dockerfile with COPY . .',
    (base) => `FROM ${base}
WORKDIR /app
COPY requirements.txt .
${install}
COPY . .
CMD ["uvicorn", "inference:app"]
`,
  ),
  dockerfile(
    'careful',
    'Dockerfile that copies the model before the code',
    (base) => `FROM ${base}
WORKDIR /app
COPY requirements.txt .
${install}
COPY model /app/model
COPY inference.py .
CMD ["uvicorn", "inference:app"]
`,
  ),
  ours('buildkit'),
  ours('buildx'),
  ours('buildah'),
  bentoml,
];

/** The packages that serve the model, in the same versions as in our images. */
function serving(): string {
  const file = new URL('../../src/server/fastapi/requirements-server.txt', import.meta.url);
  return [...readFileSync(file, 'utf8').matchAll(/^[\w.-]+==[\w.]+/gm)].map(([pin]) => pin).join('\n');
}

/**
 * Removes a folder in which Buildah may have left mounts.
 * @param folder need not exist
 */
export function removeWithMounts(folder: string): void {
  const mounted = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((entry) => entry.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${folder}/`));
  for (const place of mounted.toReversed()) execFileSync('umount', [place]);
  rmSync(folder, { recursive: true, force: true });
}

async function prune({ buildctl, buildkit }: Services, { folder }: Tools): Promise<void> {
  const command = [buildctl, '--addr', buildkit, 'prune', '--all'];
  const { code, output } = await metered({ command, cwd: folder, environment: process.env, daemon: null });
  if (code !== 0) throw new Error(`buildctl prune failed: ${output}`);
}

/** Hard links keep times as they are. */
async function link(from: string, to: string): Promise<void> {
  const { code, output } = await metered({
    command: ['cp', '-al', from, to],
    cwd: dirname(to),
    environment: process.env,
    daemon: null,
  });
  if (code !== 0) cpSync(from, to, { recursive: true, preserveTimestamps: true });
  if (code !== 0) console.log(output);
}

/** A place of its own for what Buildah keeps. */
function storage({ folder }: Tools): NodeJS.ProcessEnv {
  return {
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
    CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
    BUILDAH_ISOLATION: 'chroot',
  };
}
