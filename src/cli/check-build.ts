import { exitCodes } from '../errors.ts';
import type { CheckedBuild } from '../image/repeat-build.ts';
import type { Invocation } from './command.ts';
import { printable } from './reporter/printable.ts';
import { withProject } from './session.ts';

/** `ml-deploy build --check`: exit code 0 when the same image came out, 1 when another one did. */
export async function checkBuildAgain(invocation: Invocation): Promise<number> {
  return withProject(invocation, async ({ context, store, reporter }) => {
    const [{ checkBuild }, { checkLock }] = await Promise.all([
      import('../image/repeat-build.ts'),
      import('../image/lock/index.ts'),
    ]);
    const whole = { ...context, evidence: await store.readAll() };
    await checkLock(whole);
    const checked = await checkBuild(whole);
    reporter.close();
    const { host, options } = invocation;
    host.stdout.write(options.text('format') === 'json' ? `${JSON.stringify(checked, null, 2)}\n` : text(checked));
    return checked.same ? exitCodes.ok : exitCodes.model;
  });
}

function text({ same, digest, against, layers, settings, builder }: CheckedBuild): string {
  if (same) return `The same image again: ${digest} (${builder}, compared with ${against}).\n`;
  const short = (layer: string | null): string => layer?.slice(0, 'sha256:'.length + 12) ?? 'none';
  const lines = layers.map(
    ({ title, kind, before, now, platform }) =>
      `  ${platform === null ? '' : `${platform}: `}${kind} ${printable(title)}: ${short(before)}, now ${short(now)}`,
  );
  return [
    `Another image: ${digest} (${builder}, compared with ${against}).`,
    ...(settings
      ? ['  All layers are the same; what the image says about itself (environment, labels, time) is not.']
      : lines),
    '',
  ].join('\n');
}
