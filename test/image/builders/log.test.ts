import { expect, it } from 'vitest';

import { buildFailed } from '../../../src/image/builders/log.ts';

it.each([
  ['SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED', 'id `ca`'],
  ['Temporary failure in name resolution', 'network'],
  ['exec /bin/sh: exec format error', 'emulation'],
  ['write /var/lib/x: no space left on device', 'disk of the builder is full'],
  ['open /var/tmp/buildah-cache/root/.cache/pip/buildah-cache-lockfile: permission denied', 'TMPDIR'],
  ['pull access denied, repository does not exist or may require authorization', 'log in'],
  ['something else', 'which step failed'],
])('%s: what to do', (log, hint) => {
  const error = buildFailed('Buildah', `STEP 1\n${log}\n`);
  expect(error).toMatchObject({ code: 'build/failed', hint: expect.stringContaining(hint) as string });
  expect(error.message).toContain(log);
});

const gone = '198.18.0.2:5000/library/python:none';

it.each([
  ['BuildKit', `error: failed to solve: ${gone}: failed to resolve source metadata for ${gone}: ${gone}: not found`],
  [
    'Buildah',
    `Error: creating build container: initializing source docker://${gone}: reading manifest none in 198.18.0.2:5000/library/python: manifest unknown: manifest unknown`,
  ],
])('%s: a base that is gone is told as the other builders tell it', (builder, line) => {
  expect(buildFailed(builder, `STEP 1\n${line}\n`)).toMatchObject({
    code: 'build/no-base',
    kind: 'usage',
    message: expect.stringContaining(`the base image ${gone} does not exist`) as string,
    hint: expect.stringContaining('ml-deploy lock --update') as string,
  });
});
