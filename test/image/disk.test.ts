import { expect, it } from 'vitest';

import { MlDeployError } from '../../src/errors.ts';
import { explainDisk } from '../../src/image/disk.ts';

it('says of a full disk and of a folder of another user what to do, and leaves other errors alone', async () => {
  const after = (error: unknown): Promise<never> => explainDisk(() => Promise.reject(error as Error));
  const full = Object.assign(new Error("ENOSPC: no space left on device, write '/x'"), { code: 'ENOSPC' });
  await expect(after(full)).rejects.toMatchObject({
    code: 'build/disk-full',
    kind: 'infrastructure',
    message: expect.stringContaining("write '/x'") as string,
    hint: expect.stringMatching(/\.mldeploy\/cache.*optimize/) as string,
  });
  const denied = Object.assign(new Error("EACCES: permission denied, mkdtemp '/p/.mldeploy/build-'"), {
    code: 'EACCES',
    path: '/p/.mldeploy/build-XXXXXX',
  });
  await expect(after(denied)).rejects.toMatchObject({ code: 'build/not-writable', kind: 'infrastructure' });
  const own = new MlDeployError({ code: 'a/b', kind: 'usage', message: 'm' });
  const other = Object.assign(new Error('EACCES'), { code: 'EACCES' });
  for (const error of [own, other, new Error('x')]) await expect(after(error)).rejects.toBe(error);
});
