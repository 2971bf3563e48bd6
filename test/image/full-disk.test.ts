import { expect, it } from 'vitest';

import { MlDeployError } from '../../src/errors.ts';
import { explained } from '../../src/image/full-disk.ts';

it('says of a full disk what to do, and leaves other errors alone', () => {
  const full = Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), { code: 'ENOSPC' });
  expect(explained(full)).toMatchObject({
    code: 'build/disk-full',
    kind: 'infrastructure',
    message: expect.stringContaining("write '/x'") as string,
    hint: expect.stringMatching(/\.mldeploy\/cache.*optimize\.bf16/) as string,
  });
  const own = new MlDeployError({ code: 'a/b', kind: 'usage', message: 'm' });
  const other = Object.assign(new Error('EACCES'), { code: 'EACCES' });
  for (const error of [own, other, new Error('x'), 'text']) expect(explained(error)).toBe(error);
});
