import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { cacheFolder } from '../../test/cluster/build/cache.ts';
import { keptPython } from '../../test/server/venv.ts';
import type { Contender, Tools } from './contenders.ts';
import { metered } from './meter.ts';
import type { Services } from './services.ts';

const service = `import bentoml

from inference import load, predict


@bentoml.service
class Bench:
    def __init__(self):
        self.model = load("model")

    @bentoml.api
    def predict(self, inputs: list[float]) -> list[float]:
        return predict(self.model, inputs)
`;

/**
 * BentoML as its documentation has it: `bentoml build`, then `bentoml containerize`, with its BuildKit backend since there is no Docker
 * here. The Dockerfile is BentoML's own, but for the base image, which must come from the local registry. Cog cannot run here: what PyPI
 * has is the library inside of its images, the program that builds them is published elsewhere.
 */
export const bentoml: Contender = {
  id: 'bentoml',
  title: 'BentoML 1.4.39: bentoml build, bentoml containerize --backend buildctl',
  daemon: true,
  build: async (project, services, tools) => {
    const folder = join(tools.folder, 'bento');
    const home = join(tools.folder, 'bentoml');
    // Its earlier copies of the model are not counted, and would fill the disk.
    for (const place of [folder, home]) rmSync(place, { recursive: true, force: true });
    mkdirSync(folder);
    execFileSync('cp', ['-al', join(project.root, 'model'), folder]);
    cpSync(join(project.root, 'inference.py'), join(folder, 'inference.py'));
    writeFileSync(join(folder, 'service.py'), service);
    const packages = readFileSync(join(project.root, 'requirements.txt'), 'utf8').trim().split('\n');
    const description = {
      service: 'service:Bench',
      include: ['*.py', 'model/*'],
      python: { packages },
      docker: { base_image: baseWithAuthorities(services, tools) },
    };
    writeFileSync(join(folder, 'bentofile.yaml'), JSON.stringify(description));
    const name = `${services.registry}/bench/bentoml:latest`;
    const push = `--opt output=type=image,name=${name},push=true --opt progress=plain`;
    return metered({
      command: [
        'sh',
        '-c',
        `tag=$(bentoml build -o tag) && bentoml containerize "\${tag#__tag__:}" --backend buildctl -t ${name} ${push}`,
      ],
      cwd: folder,
      environment: {
        ...process.env,
        PATH: `${await program()}:${dirname(services.buildctl)}:${tools.path}`,
        BUILDKIT_HOST: services.buildkit,
        BENTOML_HOME: home,
        BENTOML_DO_NOT_TRACK: '1',
      },
      daemon: services.buildkitd,
    });
  },
  forget: (_, { buildctl, buildkit }) => {
    execFileSync(buildctl, ['--addr', buildkit, 'prune', '--all'], { stdio: 'ignore' });
    return Promise.resolve();
  },
};

/** Folder with its program, which is installed once and kept. */
async function program(): Promise<string> {
  const requirements = join(cacheFolder(), 'bench-bentoml.txt');
  writeFileSync(requirements, 'bentoml==1.4.39\n');
  return dirname(await keptPython({ name: 'bentoml', requirements: [requirements] }));
}

/** Its Dockerfile has no place for certificate authorities of one's own: the base brings them, as in companies that have some. */
function baseWithAuthorities({ base, registry, buildctl, buildkit }: Services, { folder, ca }: Tools): string {
  const name = `${registry}/library/python-ca:3.12-slim`;
  const context = join(folder, 'services', 'base');
  if (existsSync(context)) return name;
  mkdirSync(context);
  cpSync(ca, join(context, 'ca.crt'));
  const place = '/etc/ssl/certs/ca-certificates.crt';
  writeFileSync(
    join(context, 'Dockerfile'),
    `FROM ${base}\nCOPY ca.crt ${place}\nENV SSL_CERT_FILE=${place} PIP_CERT=${place}\n`,
  );
  const local = ['--local', `context=${context}`, '--local', `dockerfile=${context}`];
  const output = ['--output', `type=image,name=${name},push=true`];
  execFileSync(buildctl, ['--addr', buildkit, 'build', '--frontend=dockerfile.v0', ...local, ...output], {
    stdio: 'ignore',
  });
  return name;
}
