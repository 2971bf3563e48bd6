import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { FileEntry } from '../../../oci/tar-entry.ts';
import type { FileEvidence } from '../../../pipeline/evidence.ts';
import type { StageContext } from '../../../pipeline/stage.ts';
import { chooseBuilder } from '../../builders/index.ts';
import { needsOf } from '../../builders/needs.ts';
import { placesOf } from '../../builders/places.ts';
import { ModelFiles } from '../../model-files.ts';
import { runInImage } from './in-image.ts';
import type { Job } from './job.ts';
import { runHere } from './on-this-machine.ts';
import type { ToolFile } from './sources.ts';

/** One run of the program. */
export interface Run {
  readonly context: StageContext;
  readonly job: Job;
  readonly tool: readonly ToolFile[];
  /** Files of the model that the program reads. */
  readonly read: readonly FileEvidence[];
  /** The model's folder, or its only file. */
  readonly modelRoot: string;
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

async function prepare({ job, read, tool, modelRoot }: Run, folder: string): Promise<void> {
  for (const { path, text } of tool) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await mkdir(join(folder, 'job'), { recursive: true });
  await writeFile(join(folder, 'job', 'job.json'), `${JSON.stringify(job)}\n`);
  await copyModel(read, modelRoot, join(folder, 'job', 'model'));
}

/**
 * Copies the files that the program reads, as they were validated: nothing else comes before the libraries that parse them.
 * @param files of validate's evidence
 * @param modelRoot the model's folder, or its only file
 * @param folder gets them
 * @throws MlDeployError `build/model-changed` for another content, another size, and a link that leads out of the model
 */
export async function copyModel(files: readonly FileEvidence[], modelRoot: string, folder: string): Promise<void> {
  const model = await ModelFiles.at(modelRoot);
  const piece = Buffer.allocUnsafe(1024 * 1024);
  for (const { path, bytes, sha256 } of files) {
    const entry: FileEntry = { kind: 'file', path, mode: 0o644, source: path, size: bytes, sha256 };
    model.checkPath({ path, bytes, sha256 });
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    const hash = createHash('sha256');
    const source = await model.open(entry);
    try {
      const copy = await open(target, 'wx', 0o644);
      try {
        for (let at = 0; at < bytes;) {
          const got = piece.subarray(0, await source.read(piece.subarray(0, Math.min(piece.length, bytes - at)), at));
          hash.update(got);
          await copy.writeFile(got);
          at += got.length;
        }
      } finally {
        await copy.close();
      }
    } finally {
      await source.close();
    }
    if (hash.digest('hex') !== sha256) throw model.mismatch(entry);
  }
}
