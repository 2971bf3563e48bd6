import { MlDeployError } from '../errors.ts';
import { RegistryProblem } from './problem.ts';
import type { RegistryTransport } from './transport.ts';
import { SourceReader, type UploadSource } from './upload-source.ts';
import { cut } from '../cut.ts';

/** What an upload needs of its repository. */
export interface UploadPlace {
  readonly transport: RegistryTransport;
  /** `/v2/<path>` */
  readonly prefix: string;
  /** Whether the repository has a blob by now. */
  readonly has: (digest: string) => Promise<boolean>;
  /** Called with the number of bytes of each piece that is sent, repetitions included. */
  readonly onSent: (bytes: number) => void;
}

/** How often an upload is taken up again without any progress in between. */
const attempts = 6;
const largestChunk = 64 * 1024 * 1024;
const smallestChunk = 1024 * 1024;
const shrink = 4;

/**
 * One upload of one blob. At first the whole blob is sent in one request, as Docker does: every registry takes that. When the connection
 * breaks, it goes on where the registry says that it stopped; a registry that has kept nothing of the broken request, or that refuses a
 * request of this size, is sent chunks from then on, smaller ones after each failure.
 */
export class Upload {
  readonly #place: UploadPlace;
  readonly #source: UploadSource;
  readonly #reader: SourceReader;
  #location = '';
  /** Bytes that the registry has. */
  #offset = 0;
  /** Bytes per request; null: all that remain. */
  #chunk: number | null = null;
  /** More than this the registry has refused. */
  #mostChunk = largestChunk;
  /** The registry's least size of a chunk, but for the last one. */
  #leastChunk = smallestChunk;
  #failures = 0;
  #furthest = 0;
  #mayChunk = true;
  /** A request that breaks makes the registry forget those before it, too (distribution 2.8). */
  #forgets = false;

  constructor(place: UploadPlace, source: UploadSource) {
    this.#place = place;
    this.#source = source;
    this.#reader = new SourceReader(source);
  }

  /**
   * Sends everything.
   * @param location of an upload that has begun already; else one is begun
   * @returns the digest, under which the registry now has the content
   * @throws MlDeployError `registry/*`, and what the source throws
   */
  async run(location?: string): Promise<string> {
    try {
      if (location === undefined) await this.#begin();
      else this.#location = location;
      for (;;) {
        try {
          do await this.#send();
          while (this.#offset < this.#source.size);
          return await this.#finish(await this.#source.digest());
        } catch (error) {
          await this.#takeUp(error);
        }
      }
    } catch (error) {
      await this.#cancel(error);
      throw error;
    } finally {
      await this.#reader.close();
    }
  }

  async #begin(): Promise<void> {
    this.#offset = 0;
    const { location, leastChunk } = await beginUpload(this.#place);
    this.#location = location;
    this.#leastChunk = Math.max(smallestChunk, leastChunk);
  }

  async #send(): Promise<void> {
    const { size } = this.#source;
    const from = this.#offset;
    if (from === size && size > 0) return;
    const to = this.#chunk === null ? size : Math.min(size, from + Math.max(this.#chunk, this.#leastChunk));
    const response = await this.#place.transport.send(
      {
        method: 'PATCH',
        url: this.#location,
        headers: {
          'content-type': 'application/octet-stream',
          'content-length': String(to - from),
          // Not for a whole blob: some registries take the header for a chunk, and allow chunks of 4 MiB at most.
          ...(from === 0 && to === size ? {} : { 'content-range': `${from}-${to - 1}` }),
          // What cut the last one may count the bytes of a connection.
          ...(this.#chunk === null ? {} : { connection: 'close' }),
        },
        body: () => this.#counted(from, to),
        doing: 'push to',
        retry: false,
      },
      'pull,push',
    );
    await response.body?.cancel();
    this.#location = locationOf(response, this.#location, this.#place.transport.address);
    // What was sent counts, not the answer's Range, which some registries leave behind (ECR); the digest decides in the end.
    this.#progress(to);
    if (this.#chunk !== null && !this.#forgets) this.#chunk = Math.min(this.#mostChunk, this.#chunk * 2);
  }

  async *#counted(from: number, to: number): AsyncGenerator<Uint8Array> {
    for await (const piece of this.#reader.read(from, to)) {
      this.#place.onSent(piece.length);
      yield piece;
    }
  }

  async #finish(digest: string): Promise<string> {
    const { transport } = this.#place;
    const url = new URL(this.#location, transport.address);
    url.searchParams.set('digest', digest);
    const headers = { 'content-length': '0' };
    const request = { method: 'PUT', url: url.href, headers, doing: 'push to', accept: [201, 202, 204] } as const;
    try {
      const response = await transport.send(request, 'pull,push');
      await response.body?.cancel();
    } catch (error) {
      // The answer to an earlier attempt may have been lost on the way.
      const gone = error instanceof RegistryProblem && (error.status === 404 || error.status === 410);
      if (!gone || !(await this.#place.has(digest))) throw error;
    }
    return digest;
  }

  /** Decides how to go on after a failure, and prepares it; throws it again when there is no way. */
  async #takeUp(error: unknown): Promise<void> {
    if (this.#reader.hasFailedWith(error)) throw error;
    const next = this.#remedy(error);
    if (next === 'none' || ++this.#failures > attempts) throw error;
    const before = this.#offset;
    await this.#wait(error);
    const resumed = next === 'resume' && (await this.#resume());
    if (next === 'resume' && !resumed) this.#forgets = true;
    if (!resumed) await this.#begin();
    // The registry has kept nothing of what was sent since: smaller pieces keep more.
    if (next === 'resume' && this.#offset <= before) this.#shrinkChunk();
  }

  #remedy(error: unknown): 'resume' | 'anew' | 'none' {
    if (!(error instanceof MlDeployError)) return 'none';
    if (error.code === 'registry/unreachable') return 'resume';
    if (!(error instanceof RegistryProblem) || error.code === 'registry/full') return 'none';
    const { status } = error;
    if (status >= 500 || status === 408 || status === 429) return 'resume';
    if (status === 404 || status === 410) return 'anew'; // the registry has forgotten the upload
    if (status === 413 || status === 416) {
      if (!this.#shrinkChunk()) return 'none';
      this.#mostChunk = this.#chunk ?? largestChunk;
      return this.#failures < attempts / 2 ? 'resume' : 'anew'; // it may have said wrongly where it stopped
    }
    // A registry that knows no chunks: whole, or not at all.
    if (this.#chunk === null || !this.#mayChunk) return 'none';
    if (status !== 400 && status !== 405 && status !== 501) return 'none';
    this.#mayChunk = false;
    this.#chunk = null;
    return 'anew';
  }

  /** Whether there is a smaller chunk to try. */
  #shrinkChunk(): boolean {
    if (!this.#mayChunk || (this.#chunk !== null && this.#chunk <= this.#leastChunk)) return false;
    const smaller = this.#chunk === null ? largestChunk : this.#chunk / shrink;
    // A chunk as large as the whole blob is no chunk.
    const fitting = Math.min(smaller, Math.ceil(this.#source.size / shrink));
    this.#chunk = Math.max(this.#leastChunk, fitting);
    return true;
  }

  async #wait(error: unknown): Promise<void> {
    const asked = error instanceof RegistryProblem ? error.retryAfterMs : null;
    const why = error instanceof RegistryProblem ? `the registry answered ${error.status}` : 'the connection failed';
    await this.#place.transport.pause(this.#failures, `${why} in the middle of an upload`, asked);
  }

  /** Asks the registry how much it has; false when the upload must begin anew. */
  async #resume(): Promise<boolean> {
    const { transport } = this.#place;
    const accept = [200, 202, 204, 400, 404, 405, 410, 416, 501];
    const request = { method: 'GET', url: this.#location, doing: 'go on with an upload to', accept } as const;
    const response = await transport.send(request, 'pull,push');
    await response.body?.cancel();
    if (response.status >= 400) return false;
    const range = /^(?:bytes=)?0-(\d+)$/.exec(response.headers.get('range') ?? '');
    const end = Number(range?.[1] ?? 0);
    // An upload without any byte is reported as 0-0 too, and one byte is cheap to send again. More than was sent is no answer.
    if (end === 0 || end >= this.#source.size) return false;
    this.#location = locationOf(response, this.#location, transport.address);
    this.#progress(end + 1);
    return true;
  }

  #progress(offset: number): void {
    this.#offset = offset;
    if (offset <= this.#furthest) return;
    this.#furthest = offset;
    this.#failures = 0;
  }

  /** So that the registry need not keep what nobody finishes. */
  async #cancel(why: unknown): Promise<void> {
    const { transport } = this.#place;
    const unreachable = why instanceof MlDeployError && why.code === 'registry/unreachable';
    const lost = unreachable && !this.#reader.hasFailedWith(why);
    if (this.#location === '' || lost || transport.signal.aborted) return;
    await cancelUpload(transport, this.#location);
  }
}

/**
 * Begins an upload.
 * @param place where to
 * @returns where its requests go, and the least bytes of a chunk that the registry takes (0: it did not say)
 * @throws MlDeployError `registry/*`
 */
export async function beginUpload(
  place: Pick<UploadPlace, 'transport' | 'prefix'>,
): Promise<{ location: string; leastChunk: number }> {
  const { transport, prefix } = place;
  const url = `${prefix}/blobs/uploads/`;
  const headers = { 'content-length': '0' };
  const response = await transport.send({ method: 'POST', url, headers, doing: 'push to', accept: [202] }, 'pull,push');
  await response.body?.cancel();
  const least = Number(response.headers.get('oci-chunk-min-length') ?? 0);
  const leastChunk = Number.isSafeInteger(least) && least > 0 ? least : 0;
  return { location: locationOf(response, url, transport.address), leastChunk };
}

/**
 * Gives an upload up. Some registries cannot cancel; they drop unfinished uploads by themselves: nothing is thrown.
 * @param transport of the repository
 * @param location of the upload
 */
export async function cancelUpload(transport: RegistryTransport, location: string): Promise<void> {
  const accept = [200, 202, 204, 400, 404, 405, 410, 501];
  const request = { method: 'DELETE', url: location, doing: 'end an upload to', accept, retry: false } as const;
  await transport.send(request, 'pull,push').then(
    (response) => response.body?.cancel(),
    () => undefined,
  );
}

/**
 * Where the next request of an upload goes.
 * @param response of the last one; its `location` may be relative
 * @param before where that one went
 * @param address of the registry
 * @returns a URL
 * @throws MlDeployError `registry/plain-text-upload`, `registry/failed`
 */
export function locationOf(response: Response, before: string, address: string): string {
  const location = response.headers.get('location');
  if (location === null) return before;
  const from = new URL(before, address);
  if (!URL.canParse(location, from.href)) {
    throw new MlDeployError({
      code: 'registry/failed',
      kind: 'infrastructure',
      message: `the registry ${from.host} sends uploads on to ${JSON.stringify(cut(location, 100))}, which is no address`,
      hint: 'Look at the settings of the registry, or of the proxy before it, for its own address.',
    });
  }
  const url = new URL(location, from);
  const registry = new URL(address);
  if (registry.protocol !== 'https:' || url.protocol === 'https:') return url.href;
  // A registry behind a proxy that ends TLS often does not know that it is reached by HTTPS.
  if (url.hostname === registry.hostname) return new URL(`${url.pathname}${url.search}`, registry).href;
  throw new MlDeployError({
    code: 'registry/plain-text-upload',
    kind: 'infrastructure',
    message: `the registry ${registry.host} sends uploads on to ${url.origin}, which is not encrypted`,
    hint: 'Ask whoever runs the registry to use https there too.',
  });
}
