import type { JsonPatch, KubeObject, Reply, Request, Transport } from '../../src/kubernetes/api.ts';

/** What happened before a request is answered; throw to lose it, return a reply to answer in the server's place. */
export type Intercept = (request: Request, store: Map<string, KubeObject>) => Reply | undefined;

/**
 * An API server's bookkeeping in memory, for tests of the protocol only: objects by path, resourceVersion, uid, JSON Patch with `test`,
 * preconditions of deletions. Everything else is tested on the real cluster.
 */
export class MemoryTransport implements Transport {
  readonly server = 'memory';
  readonly namespace = 'default';
  readonly objects = new Map<string, KubeObject>();
  readonly writes: string[] = [];
  intercept: Intercept | undefined;
  #version = 0;

  async send(request: Request): Promise<Reply> {
    await Promise.resolve();
    const path = request.path.split('?')[0] ?? '';
    const early = this.intercept?.(request, this.objects);
    if (early !== undefined) return early;
    switch (request.method) {
      case 'GET':
        return this.#read(path);
      case 'POST':
        return this.#create(path, JSON.parse(request.body ?? '') as KubeObject);
      case 'PUT':
        return this.#replace(path, JSON.parse(request.body ?? '') as KubeObject);
      case 'PATCH':
        return this.#patch(path, JSON.parse(request.body ?? '') as JsonPatch);
      case 'DELETE':
        return this.#delete(path, JSON.parse(request.body ?? '{}') as DeleteBody);
    }
  }

  close(): void {
    this.objects.clear();
  }

  #read(path: string): Reply {
    const object = this.objects.get(path);
    if (object !== undefined) return reply(200, object);
    const items = [...this.objects].filter(([key]) => key.startsWith(`${path}/`)).map(([, each]) => each);
    return /\/(deployments|replicasets|pods|nodes|services|jobs|endpointslices|horizontalpodautoscalers|poddisruptionbudgets)$/.test(
      path,
    )
      ? reply(200, { items })
      : reply(404, { message: 'not found' });
  }

  #create(path: string, object: KubeObject): Reply {
    const key = `${path}/${object.metadata.name}`;
    if (this.objects.has(key)) return reply(409, { message: 'already exists' });
    this.#version++;
    const uid = `uid-${this.#version}`;
    return this.#store('create', key, { ...object, metadata: { ...object.metadata, uid } });
  }

  #replace(path: string, object: KubeObject): Reply {
    const there = this.objects.get(path);
    if (there === undefined) return reply(404, { message: 'not found' });
    const wanted = object.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== there.metadata.resourceVersion) return reply(409, { message: 'modified' });
    return this.#store('replace', path, { ...object, metadata: { ...object.metadata, uid: there.metadata.uid ?? '' } });
  }

  #patch(path: string, operations: JsonPatch): Reply {
    const there = this.objects.get(path);
    if (there === undefined) return reply(404, { message: 'not found' });
    const copy = structuredClone(there);
    for (const operation of operations) {
      const keys = operation.path
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
      const last = keys.pop() ?? '';
      const parent = keys.reduce<Record<string, unknown> | undefined>(
        (node, key) => node?.[key] as Record<string, unknown> | undefined,
        copy as unknown as Record<string, unknown>,
      );
      if (parent === undefined)
        return reply(422, { message: 'the server rejected our request due to an error in our request' });
      if (operation.op === 'test') {
        if (JSON.stringify(parent[last]) !== JSON.stringify(operation.value))
          return reply(422, { message: `testing path ${operation.path} failed` });
      } else if (Array.isArray(parent)) {
        const list: unknown[] = parent;
        const value = operation.op === 'remove' ? [] : [operation.value];
        list.splice(Number(last), operation.op === 'add' ? 0 : 1, ...value);
      } else if (operation.op === 'remove') Reflect.deleteProperty(parent, last);
      else parent[last] = operation.value;
    }
    return this.#store('patch', path, copy);
  }

  #delete(path: string, { preconditions }: DeleteBody): Reply {
    const there = this.objects.get(path);
    if (there === undefined) return reply(404, { message: 'not found' });
    const { uid, resourceVersion } = preconditions ?? {};
    if (uid !== undefined && uid !== there.metadata.uid) return reply(409, { message: 'uid' });
    if (resourceVersion !== undefined && resourceVersion !== there.metadata.resourceVersion)
      return reply(409, { message: 'version' });
    this.objects.delete(path);
    this.writes.push(`delete ${path}`);
    return reply(200, {});
  }

  #store(verb: string, path: string, object: KubeObject): Reply {
    this.#version++;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(path, stored);
    this.writes.push(`${verb} ${path}`);
    return reply(verb === 'create' ? 201 : 200, stored);
  }
}

interface DeleteBody {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

function reply(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body), headers: {} };
}
