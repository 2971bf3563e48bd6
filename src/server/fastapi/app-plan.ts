import type { Config } from '../../config/config.ts';
import { servedContract } from '../../contract/served.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import type { ImagePlan, PlannedFile, RequirementsFile } from '../image-plan.ts';
import { serverUser } from '../health.ts';
import { imageLabels } from '../labels.ts';
import { readProjectFile } from '../project-file.ts';
import type { ModelFile } from './loaders.ts';
import { modelFolder, venv } from './places.ts';
import { constraintsOf, requirementsFacts } from './requirements.ts';
import { readRequirements, readServerModules } from './sources.ts';

/** The file that the application loads, or null when the user's own code does. May throw `build/no-loader`. */
export type ChooseFile = (config: Config, model: ValidateEvidence) => ModelFile | null;

/**
 * The image of our application with what its model needs.
 * @param config of the project
 * @param model evidence of a clean model
 * @param root folder of mldeploy.yaml
 * @param chooseFile what is loaded
 * @throws MlDeployError `build/file-missing`, and what `chooseFile` throws
 */
export async function appPlan(
  config: Config,
  model: ValidateEvidence,
  root: string,
  chooseFile: ChooseFile,
): Promise<ImagePlan> {
  const { port } = config.server;
  const file = chooseFile(config, model);
  return {
    platform: config.image.platform,
    recipe: {
      kind: 'base',
      base: config.image.base,
      packages: {
        folder: venv,
        requirements: await requirementsFiles(config, root, file),
        precompile: [...importedAtStart, ...(file?.modules ?? ownCodeMayImport)],
      },
    },
    trees: [{ path: '/app', files: await codeFiles(config, model, root, file) }],
    runtime: {
      environment: {
        PATH: `${venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        PYTHONUNBUFFERED: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: '/app',
        MLDEPLOY_MODEL: config.name,
        MLDEPLOY_MODEL_DIR: modelFolder,
        MLDEPLOY_MODEL_DIGEST: model.model.digest,
        MLDEPLOY_PORT: String(port),
        ...file?.environment,
      },
      workingDirectory: '/app',
      user: serverUser,
      ports: [port],
      entrypoint: ['python', '-m', 'mldeploy_server'],
      command: [],
      healthcheck: {
        command: ['python', '-c', healthcheck(port)],
        intervalSeconds: 10,
        timeoutSeconds: 3,
        startPeriodSeconds: 60,
      },
    },
    labels: imageLabels(config, model),
    weights: {
      path: modelFolder,
      files: model.model.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    },
  };
}

const importedAtStart = ['fastapi', 'uvicorn', 'uvicorn.protocols.http.h11_impl', 'numpy'];

const ownCodeMayImport = ['joblib', 'sklearn'];

function healthcheck(port: number): string {
  return `import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('MLDEPLOY_PORT', '${port}') + '/healthz', timeout=2)`;
}

async function codeFiles(
  config: Config,
  model: ValidateEvidence,
  root: string,
  file: ModelFile | null,
): Promise<PlannedFile[]> {
  const inputs = servedContract(config, model)?.inputs ?? [];
  const modules = await readServerModules();
  const facts = {
    inputs,
    ...(file === null ? {} : { model: { file: file.path, format: file.format, ...file.settings } }),
  };
  return [
    ...modules.map(({ name, text }) => ({ path: `mldeploy_server/${name}`, content: text })),
    { path: 'contract.json', content: `${JSON.stringify(facts)}\n` },
    ...(config.server.entry === null
      ? []
      : [{ path: 'inference.py', content: await readProjectFile(root, config.server.entry, 'server.entry') }]),
  ];
}

/** The server's own dependencies first; then the user's, or what the model needs, which may not change the server's. */
async function requirementsFiles(config: Config, root: string, file: ModelFile | null): Promise<RequirementsFile[]> {
  const server = await readRequirements('requirements-server.txt');
  const constraints = constraintsOf(server);
  const first = { name: 'server.txt', text: server, hashed: true, constraints: null };
  const named = config.server.requirements;
  if (named !== null) {
    const text = await readProjectFile(root, named, 'server.requirements');
    return [first, { name: 'model.txt', text, hashed: requirementsFacts(text).hashed, constraints }];
  }
  const names = file?.requirements ?? (['requirements-sklearn.txt'] as const);
  const ours = names.map(async (name) => {
    return { name: name.replace('requirements-', ''), text: await readRequirements(name), hashed: true, constraints };
  });
  return [first, ...(await Promise.all(ours))];
}
