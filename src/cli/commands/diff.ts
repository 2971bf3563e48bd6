import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Command, Invocation } from '../command.ts';
import { outputOptions } from '../options.ts';
import { withSession, type Session } from '../session.ts';

/** `ml-deploy diff`. */
export const diffCommand: Command = {
  description:
    'Compares two images in registries: model, layers, Python and system packages, settings, files and sizes. Layers that both have are not read; the others are read as they come, and nothing is written to disk. Needs no configuration.',
  arguments: [
    { name: '<BEFORE>', description: 'host/path:tag, host/path@sha256:..., or the build.json of a build' },
    { name: '<AFTER>', description: 'the image to compare it with' },
  ],
  options: [
    { flags: '--platform <platform>', description: 'of an index: linux/arm64 (default: linux/amd64, or the only one)' },
    { flags: '--insecure', description: 'plain HTTP, for registries without HTTPS' },
    { flags: '--exit-code', description: 'end with 1 when the images are not the same' },
    ...outputOptions,
  ],
  examples: [
    { line: 'ml-deploy diff ghcr.io/acme/fraud:v6 ghcr.io/acme/fraud:v7', does: 'two tags' },
    { line: 'ml-deploy diff last-release/build.json .mldeploy/production', does: 'what this build changes' },
    { line: 'ml-deploy diff --format json A B', does: 'as data, with every file' },
  ],
  endings: { 0: 'compared', 1: 'not the same (with --exit-code)' },
  run: (invocation) =>
    withSession(invocation, invocation.host.cwd, (session) => diff(invocation, session), { changesNothing: true }),
};

async function diff(invocation: Invocation, { access, reporter, signal }: Session): Promise<number> {
  const { options, host } = invocation;
  const [before, after] = invocation.arguments;
  if (before === undefined || after === undefined) throw missing();
  const [{ openImage }, { compareImages }, { bytes }] = await Promise.all([
    import('../../image/diff/open.ts'),
    import('../../image/diff/compare.ts'),
    import('../../report/format.ts'),
  ]);
  const { dockerConfig, environment, root } = access;
  const insecure = options.flag('insecure');
  const reach = { dockerConfig, environment, root, insecure, platform: options.text('platform'), signal };
  const task = reporter.task('Compare the images');
  let read = 0;
  const result = await Promise.all([openImage(before, reach), openImage(after, reach)])
    .then(([old, young]) =>
      compareImages(old, young, (more, total) => {
        read += more;
        task.update(`${bytes(read)} of ${bytes(total)} read`, read / Math.max(total, 1));
      }),
    )
    .catch((error: unknown) => {
      task.fail();
      throw error;
    });
  task.done(`${bytes(read)} read`);
  reporter.close();
  const { diffText } = await import('../diff-text.ts');
  host.stdout.write(options.text('format') === 'json' ? `${JSON.stringify(result, null, 2)}\n` : diffText(result));
  return options.flag('exitCode') && !result.same ? exitCodes.model : exitCodes.ok;
}

function missing(): MlDeployError {
  return new MlDeployError({
    code: 'cli/bad-option',
    kind: 'usage',
    message: 'diff compares two images: expected <BEFORE> and <AFTER>',
    hint: 'Write host/path:tag, host/path@sha256:..., or the path of a build.json.',
  });
}
