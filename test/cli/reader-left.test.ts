import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, it } from 'vitest';

const main = new URL('../../src/cli/main.ts', import.meta.url).href;

it('ends quietly when nobody reads its output any more', async () => {
  const script = `const { runCommandLine } = await import(${JSON.stringify(main)});
await new Promise((resolve) => process.stdin.once('end', resolve).resume());
process.exitCode = await runCommandLine(['rollout', '--help']);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  child.stdout.destroy();
  await once(child.stdout, 'close');
  child.stdin.end();
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, said }).toEqual({ code: 0, said: '' });
});
