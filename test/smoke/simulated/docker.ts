/**
 * A container engine without containers: `node docker.ts STATE ENGINE COMMAND...`. A container is the fixture server as a process of
 * this machine, and a folder below STATE/containers. Called by docker.sh, which answers the short questions itself.
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { freePort } from '../../free-ports.ts';
import { document } from './nvidia-smi.ts';

const [state = '', engine = '', command = '', ...args] = process.argv.slice(2);
const containers = path.join(state, 'containers');
mkdirSync(containers, { recursive: true });

const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
const folderOf = (name: string): string => {
  const found = readdirSync(containers).find(
    (each) => each === name || read(path.join(containers, each, 'id')) === name,
  );
  if (found === undefined) fail(`Error: No such container: ${name}`);
  return path.join(containers, found);
};

interface Container {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly user: string;
  readonly environment: Record<string, string>;
  readonly image: string;
}

const madeOf = (folder: string): Container => JSON.parse(read(path.join(folder, 'container.json'))) as Container;

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function isAlive(folder: string): boolean {
  const pid = Number(read(path.join(folder, 'pid')));
  if (pid === 0 || existsSync(path.join(folder, 'exit'))) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function create(): void {
  const image = args.at(-1) ?? '';
  const option = (key: string) =>
    args.flatMap((arg) => (arg.startsWith(`--${key}=`) ? [arg.slice(key.length + 3)] : []));
  const name = option('name')[0] ?? '';
  const folder = path.join(containers, name);
  if (existsSync(folder)) fail(`Conflict. The container name ${name} is already in use`);
  mkdirSync(folder);
  const labels = Object.fromEntries(
    option('label').map((label): [string, string] => [
      label.slice(0, label.indexOf('=')),
      label.slice(label.indexOf('=') + 1),
    ]),
  );
  const file = option('env-file')[0] ?? '';
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const environment = Object.fromEntries(
    lines.map((each): [string, string] => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  );
  writeFileSync(
    path.join(state, 'given-environment'),
    JSON.stringify({ file, pipe: statSync(file).isFIFO(), environment }),
  );
  const made: Container = { name, labels, user: option('user')[0] ?? '', environment, image };
  writeFileSync(path.join(folder, 'container.json'), JSON.stringify(made));
  // The shell answers the questions that come often (docker.sh).
  writeFileSync(
    path.join(folder, 'head'),
    JSON.stringify({
      Name: `/${name}`,
      Created: new Date().toISOString(),
      Image: `sha256:${'d'.repeat(64)}`,
      Config: { User: made.user, Labels: labels },
    }).slice(0, -1),
  );
  writeFileSync(path.join(folder, 'id'), `id-${name}`);
  writeFileSync(
    path.join(folder, 'devices'),
    [...option('gpus'), ...option('device')].join(' ').replace(/nvidia\.com\/gpu=|device=|"/g, ''),
  );
  say(`id-${name}`);
}

async function start(name: string): Promise<void> {
  const folder = folderOf(name);
  const { environment } = madeOf(folder);
  if (environment['SIM_START'] !== undefined) fail(`Error response from daemon: ${environment['SIM_START']}`);
  const port = await freePort();
  writeFileSync(path.join(folder, 'port'), String(port));
  const server = path.join(import.meta.dirname, '../fixture/server.ts');
  // The monitor of a container has its id on the command line, unless the engine counts processes in a namespace of its own.
  const monitor = existsSync(path.join(state, 'elsewhere')) ? '' : `: id-${name};`;
  const script = `${monitor} ${process.execPath} ${server} ${port} >> log 2>&1 & echo $! > pid.new; mv pid.new pid; wait $!; echo $? > exit.new; mv exit.new exit`;
  spawn('/bin/sh', ['-c', script], {
    cwd: folder,
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  }).unref();
  while (!existsSync(path.join(folder, 'pid'))) await new Promise((resolve) => setTimeout(resolve, 5));
  if (environment['SIM_XML'] !== undefined)
    copyFileSync(path.join(state, environment['SIM_XML']), path.join(state, 'smi.xml'));
  // Two programs on one device at the same moment are what the lock is there to prevent.
  const devices = read(path.join(folder, 'devices'));
  const others = readdirSync(containers).filter((each) => {
    const other = path.join(containers, each);
    return each !== name && devices !== '' && read(path.join(other, 'devices')) === devices && isAlive(other);
  });
  if (others.length > 0) appendFileSync(path.join(state, 'overlaps'), `${name} ${others.join(' ')}\n`);
  writeFileSync(path.join(folder, 'live.new'), document(state));
  if (environment['SIM_GPU'] === 'leaks') writeFileSync(path.join(folder, 'leaks'), '');
  renameSync(path.join(folder, 'live.new'), path.join(folder, 'live.xml'));
  const xid = environment['SIM_XID'];
  if (xid !== undefined)
    appendFileSync(path.join(state, 'dmesg'), `[ 1234.500000] ${xid.replace('PID', read(path.join(folder, 'pid')))}\n`);
}

function kill(name: string): void {
  const folder = folderOf(name);
  const wanted = args.includes('TERM') ? 'SIGTERM' : 'SIGKILL';
  if (!isAlive(folder)) fail(`Error response from daemon: container ${name} is not running`);
  process.kill(Number(read(path.join(folder, 'pid'))), wanted);
}

async function remove(name: string): Promise<void> {
  const folder = folderOf(name);
  if (engine === 'podman' && isAlive(folder)) await endSlowly(folder);
  if (isAlive(folder)) process.kill(Number(read(path.join(folder, 'pid'))), 'SIGKILL');
  // Whoever waits for the program still writes its exit code, into a folder that is there.
  while (isAlive(folder) || (existsSync(path.join(folder, 'pid')) && !existsSync(path.join(folder, 'exit')))) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const stuck = madeOf(folder).environment['SIM_STUCK'];
  if (stuck !== undefined) writeFileSync(path.join(state, 'stuck'), stuck);
  rmSync(folder, { recursive: true, force: true });
  say(name);
}

/** As Podman's rm: it asks the program to end and waits 10 s, while nobody finds the container any more. */
async function endSlowly(folder: string): Promise<void> {
  const pid = Number(read(path.join(folder, 'pid')));
  rmSync(path.join(folder, 'head'));
  process.kill(pid, 'SIGTERM');
  const began = performance.now();
  while (isAlive(folder) && performance.now() - began < 10_000) await new Promise((resolve) => setTimeout(resolve, 5));
}

const last = args.at(-1) ?? '';
switch (`${command} ${['image', 'container'].includes(command) ? (args[0] ?? '') : ''}`.trim()) {
  case 'pull':
    writeFileSync(path.join(state, 'image'), last);
    break;
  case 'create':
    create();
    break;
  case 'start':
    await start(last);
    break;
  case 'kill':
    kill(last);
    break;
  case 'logs':
    say(read(path.join(folderOf(last), 'log')));
    break;
  case 'rm':
    await remove(last);
    break;
  default:
    fail(`unknown command: ${command}`);
}
