import { describe, expect, test } from 'vitest';
import { isItsProgram } from '../../../src/smoke/runtimes/container/refusal.ts';

describe('whose fault it is that a container did not start', () => {
  test.each([
    'OCI runtime create failed: runc create failed: unable to start container process: exec: "/srv/run": stat /srv/run: no such file or directory: unknown',
    'unable to start container process: exec: "/srv/run": permission denied: unknown',
    'exec: "/srv/run": executable file not found in $PATH: unknown',
    'Error: crun: executable file `/srv/run` not found: No such file or directory: OCI runtime attempted to invoke a command that was not found',
    'exec /srv/run: exec format error',
  ])('the image: %s', (said) => {
    expect(isItsProgram(said, '/srv/run')).toBe(true);
  });

  test.each([
    'exec: "iptables": executable file not found in $PATH',
    'crun: open /proc/self/oom_score_adj: Permission denied: OCI permission denied',
    'runc create failed: unable to apply cgroup configuration: no such file or directory',
    'error mounting "/srv/run" to rootfs: permission denied',
    'exec: "/srv/run-hook": permission denied',
    'exec: "/srv/run": fork: resource temporarily unavailable',
    'could not select device driver "" with capabilities: [[gpu]]',
    'error running prestart hook #0: exec: "/usr/bin/nvidia-container-runtime-hook": no such file or directory',
  ])('the machine: %s', (said) => {
    expect(isItsProgram(said, '/srv/run')).toBe(false);
  });

  test('a program that is not known is not blamed', () => {
    expect(isItsProgram('exec: "/srv/run": permission denied', null)).toBe(false);
  });
});
