import { createHash, randomBytes } from 'node:crypto';
import { closeSync, createReadStream, mkdirSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { FileEvidence } from '../../src/pipeline/evidence.ts';

/** The project of the benchmark: a model of four files, code of 2 MB, a few packages. */
export interface Project {
  readonly root: string;
  /** What validate says about the model now. */
  files: FileEvidence[];
}

const modelFiles = 4;
const codeBytes = 2_000_000;
/** What the model needs; what serves it comes on top. */
const packages = ['numpy==2.4.6'];

/**
 * Writes the project.
 * @param root folder that does not exist
 * @param megabytes of all model files together
 */
export async function writeProject(root: string, megabytes: number): Promise<Project> {
  mkdirSync(join(root, 'model'), { recursive: true });
  const project: Project = { root, files: [] };
  for (let index = 0; index < modelFiles; index++) {
    project.files.push(await writeModelFile(root, index, (megabytes * 1e6) / modelFiles));
  }
  changeCode(project, 'first');
  changeDependency(project, '1.16.0');
  return project;
}

/** Other content in one of the model files. */
export async function changeWeights(project: Project): Promise<void> {
  const last = project.files.at(-1);
  if (last === undefined) return;
  project.files = [...project.files.slice(0, -1), await writeModelFile(project.root, modelFiles - 1, last.bytes)];
}

/** Other code of the same size. */
export function changeCode({ root }: Project, version: string): void {
  const head = `VERSION = ${JSON.stringify(version)}\n\ndef load(folder):\n    return None\n\ndef predict(model, inputs):\n    return inputs\n`;
  const table = createHash('sha256')
    .update('table')
    .digest('hex')
    .repeat(Math.ceil(codeBytes / 64));
  writeFileSync(join(root, 'inference.py'), `${head}\nTABLE = "${table.slice(0, codeBytes - head.length)}"\n`);
}

/** Another version of one of the packages. */
export function changeDependency({ root }: Project, six: string): void {
  writeFileSync(join(root, 'requirements.txt'), `${[...packages, `six==${six}`].join('\n')}\n`);
}

/** As another machine would find it: nothing but the project's own files. */
export function forgetBuilds({ root }: Project): void {
  rmSync(join(root, '.mldeploy'), { recursive: true, force: true });
}

async function writeModelFile(root: string, index: number, bytes: number): Promise<FileEvidence> {
  const path = `model-${index + 1}-of-${modelFiles}.bin`;
  const file = join(root, 'model', path);
  // A new file, as a training run writes one.
  rmSync(file, { force: true });
  const descriptor = openSync(file, 'w');
  for (let left = bytes; left > 0; left -= 8_000_000) writeSync(descriptor, randomBytes(Math.min(left, 8_000_000)));
  closeSync(descriptor);
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  const sha256 = hash.digest('hex');
  return { path, bytes: statSync(file).size, sha256, format: 'safetensors', verdict: 'clean', findings: [], facts: {} };
}
