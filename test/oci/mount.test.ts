import { describe, expect, it } from 'vitest';

import { memoryBlob } from '../../src/oci/blob.ts';
import { digestOf } from '../../src/oci/manifest.ts';
import { mountBlob } from '../../src/oci/mount.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import { RegistryTransport } from '../../src/oci/transport.ts';

const repository = parseRepository('reg.test/acme/fraud');

/** A registry that is reached by HTTPS and begins an upload instead of mounting. */
class Beginning extends RegistryTransport {
  readonly #location: string;

  constructor(location: string) {
    const { signal } = new AbortController();
    super({ repository, insecure: false, credentials: () => Promise.resolve(null), signal });
    this.#location = location;
  }

  override send(): Promise<Response> {
    return Promise.resolve(new Response(null, { status: 202, headers: { location: this.#location } }));
  }
}

describe('an upload that a registry begins instead of mounting', () => {
  const content = Buffer.from('layer');
  const blob = { ...memoryBlob(content, digestOf(content)), origin: parseRepository('reg.test/acme/other') };
  const at = (location: string): ReturnType<typeof mountBlob> => mountBlob(new Beginning(location), repository, blob);

  it('goes where every upload may go', async () => {
    expect(await at('/v2/acme/fraud/blobs/uploads/1')).toEqual({
      location: 'https://reg.test/v2/acme/fraud/blobs/uploads/1',
    });
    // A proxy ends TLS, and the registry does not know.
    expect(await at('http://reg.test/v2/1?x=y')).toEqual({ location: 'https://reg.test/v2/1?x=y' });
  });

  it('never leaves HTTPS', async () => {
    await expect(at('http://elsewhere.test/1')).rejects.toMatchObject({ code: 'registry/plain-text-upload' });
  });
});
