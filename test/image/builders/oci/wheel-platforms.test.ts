import { expect, it } from 'vitest';

import { wheelTarget } from '../../../../src/image/builders/oci/wheel-platforms.ts';

it('names the machine as pip and uv want it', () => {
  const debian = wheelTarget('linux/amd64', { kind: 'glibc', version: '2.36' });
  expect(debian).toMatchObject({ machine: 'x86_64', uv: 'x86_64-manylinux_2_36', label: 'x86_64, glibc 2.36' });
  expect(debian.pip[0]).toBe('manylinux_2_36_x86_64');
  expect(debian.pip).toEqual(expect.arrayContaining(['manylinux_2_17_x86_64', 'manylinux2014_x86_64', 'linux_x86_64']));
  expect(debian.pip).not.toContain('manylinux_2_37_x86_64');
  // uv has no name for 2.30: the next lower one.
  expect(wheelTarget('linux/arm64', { kind: 'glibc', version: '2.30' }).uv).toBe('aarch64-manylinux_2_28');
  expect(wheelTarget('linux/amd64', { kind: 'musl', version: '1.2' })).toMatchObject({
    pip: ['musllinux_1_2_x86_64', 'musllinux_1_1_x86_64', 'linux_x86_64'],
    uv: 'x86_64-unknown-linux-musl',
  });
  expect(wheelTarget('linux/s390x', { kind: 'glibc', version: '2.36' }).uv).toBeNull();
  expect(() => wheelTarget('windows/amd64', { kind: 'glibc', version: '2.36' })).toThrow(/windows\/amd64/);
});
