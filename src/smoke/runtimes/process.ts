import { cpus } from 'node:os';
import { chooseDevice } from '../../gpu/device.ts';
import { probeHost } from '../../gpu/host.ts';
import { MlDeployError } from '../../errors.ts';
import { httpClient } from '../../server/protocols/http.ts';
import { listeners, nameOf, processMemory } from './host-memory.ts';
import { Reach } from './reach.ts';
import type { Hardware, Runtime, RuntimeContext, RuntimeFacts } from './runtime.ts';

/** How long there may be no connection before it is said that nobody listens, milliseconds: a server that is being started opens its port. */
const usualUnreachedMs = 10_000;

/** A server that somebody else started, at `smoke.url`: it is asked, never started or stopped. */
export const processRuntime: Runtime = processRuntimeOf(usualUnreachedMs);

/** As processRuntime, with a time of its own until it is said that nobody listens, milliseconds. */
export function processRuntimeOf(unreachedMs: number): Runtime {
  return {
    name: 'process',
    available: async (context) => {
      try {
        const url = addressOf(context);
        await device(context, url);
        return { usable: true, reason: `smoke.url names a running server: ${url.href}` };
      } catch (error) {
        if (error instanceof MlDeployError) return { usable: false, error };
        throw error;
      }
    },
    start: async (spec) => {
      const url = addressOf(spec);
      const facts = await device(spec, url);
      const client = httpClient(url.href);
      const reach = new Reach(url, Math.min(unreachedMs, spec.config.smoke.readyTimeoutMs));
      let answered = false;
      let pids: Promise<readonly number[]> | null = null;
      const here = isHere(url);
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
      return {
        title: `the server at ${url.href}`,
        send: async (request) => {
          const outcome = await client.send(request);
          if (outcome.kind === 'answer') answered = true;
          reach.saw(outcome);
          return outcome;
        },
        detour: () => null,
        resent: () => client.resent(),
        hold: (request) => client.hold(request),
        stop: null,
        state: async () => {
          reach.demand();
          if (!answered) return { phase: 'running' };
          const outcome = await client.send({
            method: 'GET',
            path: spec.server.probes(spec.config).livePath,
            timeoutMs: 2_000,
          });
          const gone = outcome.kind === 'none' && outcome.reason === 'refused';
          return gone
            ? { phase: 'ended', exitCode: null, reason: 'nobody listens at its address any more' }
            : { phase: 'running' };
        },
        facts: async () => (here ? { ...facts, details: [...facts.details, ...(await programsAt(port))] } : facts),
        ...(here ? { memory: async () => processMemory(await (pids ??= listeners(port))) } : {}),
        logs: () => Promise.resolve([]),
        remove: () => {
          client.close();
          return Promise.resolve([]);
        },
      };
    },
  };
}

/** Which programs of this machine answer there. */
async function programsAt(port: number): Promise<readonly string[]> {
  const programs = await Promise.all(
    (await listeners(port)).map(async (pid) => `${await nameOf(pid)} (process ${pid})`),
  );
  return programs.length === 0 ? [] : [`served by ${programs.join(', ')}`];
}

function addressOf({ config }: RuntimeContext): URL {
  if (config.smoke.url !== null) return new URL(config.smoke.url);
  throw new MlDeployError({
    code: 'smoke/no-url',
    kind: 'usage',
    message: 'The smoke runtime "process" needs the address of a running server, and smoke.url is not set.',
    hint: 'Set smoke.url, or take another smoke.runtime.',
  });
}

function isHere({ hostname }: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

async function device({ config, access }: RuntimeContext, url: URL): Promise<RuntimeFacts> {
  const here = isHere(url);
  const wish = config.smoke.device;
  const facts = (hardware: Hardware, deviceNote: string): RuntimeFacts => ({
    hardware,
    deviceNote,
    imageDigest: null,
    nonRoot: null,
    details: [`address ${url.href}`],
  });
  if (!here) {
    const looked = `the machine behind ${url.host}, which cannot be looked into from here`;
    const { note } = chooseDevice(wish, wish === 'cpu' ? null : 0, looked);
    return facts({ device: 'cpu', name: 'unknown: the server runs elsewhere' }, note);
  }
  const probe = wish === 'cpu' ? { gpus: [], looked: '', fix: null } : await probeHost(access.environment);
  const choice = chooseDevice(wish, probe.gpus.length, probe.looked, probe.fix);
  const name = choice.device === 'gpu' ? probe.gpus[0]?.name : cpus()[0]?.model;
  return facts({ device: choice.device, name: name ?? 'unknown' }, choice.note);
}
