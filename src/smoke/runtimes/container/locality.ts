import { MlDeployError } from '../../../errors.ts';
import { asArray, asObject } from '../../../server/protocols/json.ts';
import { type Engine, noEngine } from './engine.ts';

/** Local answers; an engine that has to be asked over a network may never answer. */
const answerMs = 5_000;

/**
 * Refuses an engine on another machine, wherever that is said (a variable, a context of Docker, a connection of Podman): its ports and GPUs
 * cannot be reached from here. Throws `smoke/no-engine`. An engine that does not tell is asked by whoever uses it.
 * @param engine that is to be used
 * @param environment of its command
 */
export async function refuseElsewhere(engine: Engine, environment: Readonly<Record<string, string>>): Promise<void> {
  const variable = engine.name === 'docker' ? 'DOCKER_HOST' : 'CONTAINER_HOST';
  const address = environment[variable] ?? '';
  if (address !== '') {
    if (!isHere(address)) throw elsewhere(engine, `${variable} names`, address, `unset ${variable}`);
    return;
  }
  await (engine.name === 'docker' ? refuseContext(engine, environment) : refuseConnection(engine, environment));
}

/** The context in use is that of DOCKER_CONTEXT, else `currentContext` in config.json; Docker reads both itself, without a daemon. */
async function refuseContext(engine: Engine, environment: Readonly<Record<string, string>>): Promise<void> {
  const asked = environment['DOCKER_CONTEXT'] ?? '';
  const args = ['context', 'inspect', '--format', '{{.Name}} {{.Endpoints.docker.Host}}'];
  const ended = await engine.ask(args, { timeoutMs: answerMs }).catch(() => null);
  if (ended === null) return;
  const fix = asked === '' ? 'docker context use default' : 'unset DOCKER_CONTEXT';
  if (ended.exitCode !== 0) {
    const missing = /context "?([^":\s]+)"?(?:: context)? (?:not found|does not exist)/i.exec(ended.stderr)?.[1];
    if (missing === undefined) return;
    throw noEngine(engine.name, `its context "${missing}" does not exist`, `Look with docker context ls, or: ${fix}.`);
  }
  const [, name = '', address = ''] = /^(\S+) (\S*)$/.exec(ended.stdout.trim()) ?? [];
  const how = asked === '' ? 'docker context use' : 'DOCKER_CONTEXT';
  if (!isHere(address)) throw elsewhere(engine, `its context "${name}" (${how}) is`, address, fix);
}

/** Podman works here unless CONTAINER_CONNECTION or its configuration (`remote`, `active_service`) say otherwise. */
async function refuseConnection(engine: Engine, environment: Readonly<Record<string, string>>): Promise<void> {
  const asked = environment['CONTAINER_CONNECTION'] ?? '';
  const ask = (args: readonly string[]) =>
    engine.ask(args, { timeoutMs: answerMs }).then(
      ({ exitCode, stdout }) => (exitCode === 0 ? stdout.trim() : ''),
      () => '',
    );
  if (asked === '' && (await ask(['info', '--format', '{{.Host.ServiceIsRemote}}'])) !== 'true') return;
  const list = (asArray(parse(await ask(['system', 'connection', 'list', '--format', 'json']))) ?? []).map(asObject);
  const used = list.find((each) => (asked === '' ? each?.['Default'] === true : each?.['Name'] === asked));
  const address = typeof used?.['URI'] === 'string' ? used['URI'] : '';
  const how = asked === '' ? 'podman system connection' : 'CONTAINER_CONNECTION';
  const fix =
    asked === ''
      ? 'podman system connection list shows it, and containers.conf chooses it'
      : 'unset CONTAINER_CONNECTION';
  if (!isHere(address)) {
    throw elsewhere(engine, `its connection "${String(used?.['Name'])}" (${how}) is`, address, fix);
  }
}

/** A socket of this machine, or a port of its loopback interface (as of a daemon beside a runner in the same pod). */
function isHere(address: string): boolean {
  if (address === '' || /^(unix|npipe|fd):/.test(address)) return true;
  const host = URL.canParse(address) ? new URL(address.replace(/^[a-z]+:/, 'http:')).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function elsewhere(engine: Engine, what: string, address: string, fix: string): MlDeployError {
  const why = `${what} another machine (${address}), whose ports and GPUs cannot be reached from here`;
  return noEngine(engine.name, why, `Run the smoke test on that machine, or: ${fix}.`);
}
