import type { Config } from '../config/config.ts';
import { nearest } from '../config/nearest.ts';
import type { StageContext } from '../pipeline/stage.ts';
import { baseNotes } from './base-notes.ts';
import { requirementsFacts } from '../server/fastapi/requirements.ts';
import { packageSecrets } from '../server/image-plan.ts';
import { serverOf } from '../server/index.ts';
import { readProjectFile } from '../server/project-file.ts';
import { readLock } from './lock/document.ts';
import { plannedImage } from './planned-image.ts';

/**
 * Checks what the server needs of the model and the files that the configuration names for the build, and warns when dependencies are not pinned or a secret is not used.
 * @param context of the stage
 * @throws MlDeployError `build/file-missing`, and what the server says about the model: `build/no-loader`, ...
 */
export async function checkFiles(context: StageContext): Promise<void> {
  const { server, image } = context.config;
  const { root } = context.access;
  const type = serverOf(context.config);
  for (const warning of (await type.check?.(context.config, context.evidence.validate ?? null, root)) ?? []) {
    context.reporter.note('warning', warning);
  }
  // What the server cannot serve is refused before anything is built; without evidence this is for the build itself to find out.
  if (context.evidence.validate !== undefined) {
    const { notes, warnings } = baseNotes(
      await plannedImage(context.config, context.evidence.validate, root),
      context.config,
    );
    for (const note of notes) context.reporter.note('info', note);
    for (const warning of warnings) context.reporter.note('warning', warning);
  }
  if (server.entry !== null) await readProjectFile(root, server.entry, 'server.entry');
  for (const { id, file } of image.secrets) {
    await readProjectFile(root, file, `image.secrets (${id})`);
    const note = unusedSecret(id, context.config);
    if (note !== null) context.reporter.note('warning', note);
  }
  // A lock has exact versions of everything.
  if (server.requirements === null || (await readLock(root)) !== null) return;
  const facts = requirementsFacts(await readProjectFile(root, server.requirements, 'server.requirements'));
  for (const { line, text } of facts.unpinned) {
    context.reporter.note(
      'warning',
      `${server.requirements}:${line}: ${text} has no exact version: another build may give another image`,
    );
  }
}

/** A secret that no step mounts does nothing: most likely its id is misspelt. */
function unusedSecret(id: string, config: Config): string | null {
  const { type, recipe } = serverOf(config);
  if (recipe === 'dockerfile') return null; // only its own steps know
  const used: readonly string[] = recipe === 'packages' ? packageSecrets : [];
  if (used.includes(id)) return null;
  const meant = nearest(id, used);
  const guess = meant === null ? '.' : `; did you mean \`${meant}\`?`;
  return `image.secrets has the id \`${id}\`, which the server ${type} does not use${guess} Used ids: ${used.join(', ') || 'none'}.`;
}
