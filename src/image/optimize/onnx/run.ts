import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { MlDeployError } from '../../../errors.ts';
import type { StageContext } from '../../../pipeline/stage.ts';
import { chooseBuilder } from '../../builders/index.ts';
import { needsOf } from '../../builders/needs.ts';
import { placesOf } from '../../builders/places.ts';
import { runInImage } from './in-image.ts';
import type { Job } from './job.ts';
import { runHere } from './on-this-machine.ts';
import type { ToolFile } from './sources.ts';

/** One run of the program. */
export interface Run {
  readonly context: StageContext;
  readonly job: Job;
  readonly tool: readonly ToolFile[];
  /** Absolute path of a file of the model. */
  readonly placeOf: (path: string) => string;
  /** An existing empty folder for the new model and report.json. */
  readonly out: string;
  readonly noCache: boolean;
}

/** What a run needs lies in `folder`. */
export interface Prepared extends Pick<Run, 'context' | 'out' | 'noCache'> {
  readonly folder: string;
  /** In it: requirements.txt, tool/, job/job.json, job/model/. */
  readonly files: string;
}

/**
 * Runs the program where the builder of the project runs things: in a stage of its own of the image's build, or, since the builder
 * `oci` runs nothing, on this machine.
 * @param run what, and for whom
 * @throws MlDeployError `build/*`, `process/*`
 */
export async function runTool(run: Run): Promise<void> {
  const { context, out, noCache } = run;
  const { config, access, reporter, signal } = context;
  const parent = join(access.root, '.mldeploy');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'build-optimize-'));
  try {
    const files = join(folder, 'context');
    await prepare(run, files);
    const { builder, why } = await chooseBuilder(config.image.builder, needsOf(config), placesOf(access), signal);
    reporter.note('debug', why);
    const where = builder.dockerfiles ? `in a stage of ${builder.name}` : 'on this machine';
    const task = reporter.task(`optimise the ONNX model ${where}`, { estimateMs: 60_000 });
    try {
      const prepared = { context, folder, files, out, noCache };
      await (builder.dockerfiles ? runInImage(prepared, builder, task) : runHere(prepared, task));
      task.done();
    } catch (error) {
      task.fail();
      throw error;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare({ job, tool, placeOf }: Run, folder: string): Promise<void> {
  for (const { path, text } of tool) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, 'job'), { recursive: true });
  await writeFile(join(folder, 'job', 'job.json'), `${JSON.stringify(job)}\n`);
  for (const path of job.files) {
    const target = join(folder, 'job', 'model', path);
    await mkdir(dirname(target), { recursive: true });
    await place(placeOf(path), target, path);
  }
}

/** A copy, which costs nothing where the file system can share blocks: a second name would show in validate. */
async function place(source: string, target: string, path: string): Promise<void> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  } catch (cause) {
    throw new MlDeployError({
      code: 'build/model-changed',
      kind: 'inconclusive',
      message: `${path} cannot be read any more`,
      hint: 'Run ml-deploy validate again, then build.',
      cause,
    });
  }
}
