import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainedModels } from './models.ts';
import { writeInto, type Target } from './target.ts';

const here = new URL('.', import.meta.url).pathname;

interface Project {
  readonly state: string;
  readonly version: string;
  readonly target: Target;
  readonly models: TrainedModels;
  readonly namespace: string;
}

/** Puts the team's repository, as it looks at this version, into `.demo/project/`. */
export function prepareProject({ state, version, target, models, namespace }: Project): string {
  const project = join(state, 'project');
  // A new checkout: evidence of the previous version does not count for this one.
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  cpSync(join(models.folder, version), join(project, 'model'), { recursive: true });
  cpSync(join(models.folder, `${version}.golden.json`), join(project, 'golden.json'));
  let config = configText(target, namespace);
  if (version === 'v3') {
    cpSync(join(here, 'v3/inference.py'), join(project, 'inference.py'));
    config = config.replace('{type: fastapi}', '{type: fastapi, entry: inference.py}');
  }
  writeInto(project, 'mldeploy.yaml', config);
  return project;
}

/** The team's mldeploy.yaml with the names of the cluster that was found. */
export function configText(target: Target, namespace: string): string {
  const insecure = target.insecure ? ', insecure: true' : '';
  return readFileSync(join(here, 'mldeploy.yaml'), 'utf8')
    .replace('../schema/', '../../schema/')
    .replace('REPOSITORY}', `${target.repository}/tumour${insecure}${secrets(target)}}`)
    .replace('NAMESPACE', namespace)
    .replace('{port: 80}', `{port: 80, type: ${target.service}}`);
}

/** A builder without the public certificate authorities gets this machine's. */
function secrets(target: Target): string {
  return target.caBundle === null ? '' : `, secrets: {ca: ${JSON.stringify(target.caBundle)}}`;
}
