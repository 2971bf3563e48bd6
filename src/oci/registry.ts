import { MlDeployError } from '../errors.ts';
import type { Blob } from './blob.ts';
import { digestOf, mediaTypes, type Descriptor, type ImageIndex } from './manifest.ts';
import { mountBlob } from './mount.ts';
import { parseList, parseObject, wrong } from './parse.ts';
import { after, readLayer, readOn } from './read-on.ts';
import type { Repository } from './repository.ts';
import { RegistryTransport, type TransportOptions } from './transport.ts';
import { beginUpload, cancelUpload, Upload } from './upload.ts';
import type { UploadSource } from './upload-source.ts';

/** What a registry has under a tag or digest. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly content: Buffer;
  /** For a conditional write; null when the registry gives none. */
  readonly etag: string | null;
}

/** What a registry said of a manifest that it took. */
export interface PublishedManifest {
  readonly digest: string;
  /** It lists the manifest among the referrers of its subject. */
  readonly subjectListed: boolean;
}

const manifestTypes = [mediaTypes.manifest, mediaTypes.index, mediaTypes.dockerManifest, mediaTypes.dockerList];
/**
 * One repository of a registry (OCI distribution 1.1). Every method repeats what passes (429, 5xx, broken connections) and throws
 * MlDeployError `registry/*`.
 */
export class RegistryClient {
  readonly #transport: RegistryTransport;
  readonly #prefix: string;
  readonly #repository: Repository;
  /** Bytes of blobs and manifests sent so far, repetitions included. */
  uploadedBytes = 0;

  constructor(options: TransportOptions) {
    this.#transport = new RegistryTransport(options);
    this.#repository = options.repository;
    this.#prefix = `/v2/${options.repository.path}`;
  }

  /** Proves that an upload would be allowed, by beginning one and giving it up. */
  async checkPush(): Promise<void> {
    const { location } = await beginUpload({ transport: this.#transport, prefix: this.#prefix });
    await cancelUpload(this.#transport, location);
  }

  /**
   * Whether the repository has a blob.
   * @param digest of the blob
   * @returns true when it need not be sent
   */
  async hasBlob(digest: string): Promise<boolean> {
    const request = { method: 'HEAD', url: `${this.#prefix}/blobs/${digest}`, doing: 'look for a layer in' } as const;
    const response = await this.#transport.send({ ...request, accept: [200, 404] }, 'pull,push');
    await drop(response);
    return response.status === 200;
  }

  /**
   * Sends a blob unless the repository has it, or can take it over from another one of the same registry. A broken upload goes on where the registry says that it stopped.
   * @param blob to send
   * @param onSent called with the number of bytes of each piece
   * @returns whether anything had to be sent
   */
  async pushBlob(blob: Blob, onSent?: (bytes: number) => void): Promise<boolean> {
    if (await this.hasBlob(blob.digest)) return false;
    const mounted = await mountBlob(this.#transport, this.#repository, blob);
    if (mounted === true) return false;
    await this.#upload(sourceOf(blob), onSent, mounted?.location);
    return true;
  }

  /**
   * Sends content whose digest is known only when it has been read: nothing is looked up before.
   * @param source of the content
   * @param onSent called with the number of bytes of each piece
   * @returns its digest
   * @throws what the source throws; nothing is published then
   */
  async pushStream(source: UploadSource, onSent?: (bytes: number) => void): Promise<string> {
    return this.#upload(source, onSent);
  }

  /**
   * Publishes a manifest whose blobs are all there, unless the registry has it under this name: some refuse to be told twice.
   * @param reference tag or digest
   * @param content exact bytes
   * @param mediaType of the manifest
   * @returns its digest
   */
  async putManifest(reference: string, content: Uint8Array, mediaType: string): Promise<string> {
    const url = `${this.#prefix}/manifests/${reference}`;
    const request = { method: 'HEAD', url, headers: { accept: mediaType }, doing: 'look for an image in' } as const;
    const found = await this.#transport.send({ ...request, accept: [200, 404] }, 'pull,push');
    await drop(found);
    const digest = digestOf(content);
    if (found.headers.get('docker-content-digest') === digest) return digest;
    return (await this.#put(reference, content, mediaType, {}, [])).digest;
  }

  /**
   * Publishes a manifest that names a subject.
   * @param content exact bytes
   * @returns its digest, and whether the registry lists it by itself
   */
  async putReferrer(content: Uint8Array): Promise<PublishedManifest> {
    const { digest, response } = await this.#put(digestOf(content), content, mediaTypes.manifest, {}, []);
    return { digest, subjectListed: response.headers.has('oci-subject') };
  }

  /**
   * Moves a tag to an index, as long as the tag is what the caller has read. Registries that know no conditions move it in any case.
   * @param tag to move
   * @param content exact bytes of the index
   * @param read what the tag was; null: there was none
   * @returns false when somebody else has moved it meanwhile
   */
  async moveTag(tag: string, content: Uint8Array, read: StoredManifest | null): Promise<boolean> {
    const condition: Record<string, string> =
      read === null ? { 'if-none-match': '*' } : read.etag === null ? {} : { 'if-match': read.etag };
    const { response } = await this.#put(tag, content, mediaTypes.index, condition, [409, 412]);
    return response.ok;
  }

  async #put(
    reference: string,
    content: Uint8Array,
    mediaType: string,
    headers: Readonly<Record<string, string>>,
    refusals: readonly number[],
  ): Promise<{ digest: string; response: Response }> {
    const digest = digestOf(content);
    const response = await this.#transport.send(
      {
        method: 'PUT',
        url: `${this.#prefix}/manifests/${reference}`,
        headers: { 'content-type': mediaType, ...headers },
        body: () => Buffer.from(content).toString('utf8'),
        doing: 'publish the image in',
        accept: [200, 201, 202, 204, ...refusals],
      },
      'pull,push',
    );
    await drop(response);
    this.uploadedBytes += content.length;
    const stored = response.headers.get('docker-content-digest');
    if (response.ok && stored !== null && stored !== digest) throw altered('manifest', digest, stored);
    return { digest, response };
  }

  /**
   * Asks for the list of what is attached to a manifest (referrers API).
   * @param page path or URL: of the first page `referrers/<digest>`, of the next ones as the registry gave it
   * @returns a part of the list, and where it goes on; null when the registry does not have this API
   */
  async getReferrers(page: string): Promise<{ index: ImageIndex; next: string | null } | null> {
    const url = new URL(page, `${this.#transport.address}${this.#prefix}/`).href;
    const { status, headers, content } = await this.#transport.read(
      {
        method: 'GET',
        url,
        headers: { accept: mediaTypes.index },
        doing: 'list what is attached in',
        // Old registries answer such a path in many ways.
        accept: [200, 400, 404, 405, 501],
      },
      'pull',
    );
    const isIndex = (headers.get('content-type') ?? '').startsWith(mediaTypes.index);
    if (status !== 200 || !isIndex) return null;
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(headers.get('link') ?? '')?.[1] ?? null;
    const { manifests } = parseList(content, `the list of what is attached in ${this.#repository.name}`);
    const index: ImageIndex = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
    return { index, next: next === null || !URL.canParse(next, url) ? null : new URL(next, url).href };
  }

  /**
   * Reads a manifest or index.
   * @param reference tag or digest
   * @returns null when there is none
   */
  async getManifest(reference: string): Promise<StoredManifest | null> {
    const { status, headers, content } = await this.#transport.read(
      {
        method: 'GET',
        url: `${this.#prefix}/manifests/${reference}`,
        headers: { accept: manifestTypes.join(', ') },
        doing: 'read a manifest in',
        accept: [200, 404],
      },
      'pull',
    );
    if (status === 404) return null;
    const digest = digestOf(content);
    if (reference.startsWith('sha256:') && reference !== digest) throw altered('manifest', reference, digest);
    return { digest, mediaType: headers.get('content-type') ?? '', content, etag: headers.get('etag') };
  }

  /**
   * Names the tags of the repository.
   * @returns the first thousand, and whether these are all; none for a repository that does not exist yet
   */
  async listTags(): Promise<{ names: readonly string[]; all: boolean }> {
    const url = `${this.#prefix}/tags/list?n=1000`;
    const request = { method: 'GET', url, doing: 'list the tags of', accept: [200, 404] } as const;
    const { status, headers, content } = await this.#transport.read(request, 'pull');
    if (status === 404) return { names: [], all: true };
    const what = `the list of tags of ${this.#repository.name}`;
    const names: unknown = parseObject(content, what)['tags'] ?? [];
    const all = !headers.has('link');
    if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return { names, all };
    throw wrong(what, 'a list of names', content);
  }

  /**
   * Reads a small blob, such as an image config.
   * @param digest of the blob
   * @returns its bytes, checked against the digest
   */
  async getBlob(digest: string): Promise<Buffer> {
    const url = `${this.#prefix}/blobs/${digest}`;
    const { content } = await this.#transport.read({ method: 'GET', url, doing: 'read a blob in' }, 'pull');
    const found = digestOf(content);
    if (found !== digest) throw altered('blob', digest, found);
    return content;
  }

  /**
   * Reads a blob of any size. When the connection breaks, it is read on where it broke off.
   * @param digest of the blob
   * @returns its bytes, not yet checked against the digest
   */
  async openBlob(digest: string): Promise<AsyncIterable<Uint8Array>> {
    const first = await this.#open(digest, 0);
    return readOn(this.#transport, (from) => this.#open(digest, from), 0, first);
  }

  async #open(digest: string, start: number): Promise<AsyncIterable<Uint8Array>> {
    const url = `${this.#prefix}/blobs/${digest}`;
    const headers = start === 0 ? {} : { range: `bytes=${start}-` };
    const response = await this.#transport.send({ method: 'GET', url, headers, doing: readLayer }, 'pull');
    if (response.body === null) throw altered('blob', digest, 'nothing');
    // A registry that knows no ranges begins at the beginning.
    return start > 0 && response.status !== 206 ? after(response.body, start) : response.body;
  }

  /**
   * A blob of this repository, read when it is needed.
   * @param descriptor from a manifest
   * @returns the blob; who takes it checks its digest
   */
  blob(descriptor: Descriptor): Blob {
    const { digest, size } = descriptor;
    const read = (start: number): AsyncIterable<Uint8Array> =>
      readOn(this.#transport, (from) => this.#open(digest, from), start);
    return { digest, size, origin: this.#repository, read };
  }

  async #upload(source: UploadSource, onSent?: (bytes: number) => void, location?: string): Promise<string> {
    const upload = new Upload(
      {
        transport: this.#transport,
        prefix: this.#prefix,
        has: (digest) => this.hasBlob(digest),
        onSent: (bytes) => {
          this.uploadedBytes += bytes;
          onSent?.(bytes);
        },
      },
      source,
    );
    return upload.run(location);
  }
}

function sourceOf(blob: Blob): UploadSource {
  return { size: blob.size, read: (start) => blob.read(start), digest: () => Promise.resolve(blob.digest) };
}

async function drop(response: Response): Promise<void> {
  await response.body?.cancel();
}

function altered(what: string, expected: string, found: string): MlDeployError {
  return new MlDeployError({
    code: 'registry/altered',
    kind: 'infrastructure',
    message: `the registry has another ${what} than asked for: expected ${expected}, found ${found}`,
    hint: 'A proxy or the registry rewrites content; without that the digest cannot be trusted.',
  });
}
