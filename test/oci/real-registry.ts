import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { installPackages } from '../cluster/requirements.ts';
import { until } from '../cluster/poll.ts';
import { freePort } from '../free-ports.ts';
import { goesWithUs } from '../guard.ts';

/** A registry process of its own, empty, on a port of its own. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT` */
  readonly host: string;
}

/**
 * Starts Debian's docker-registry.
 * @param password of the user `tester`; without one anybody may push
 * @param bytes that its storage has room for, a disk of its own; takes root
 */
export async function startRegistry(password?: string, bytes?: number): Promise<RealRegistry> {
  await installPackages((line) => console.log(line), { 'docker-registry': 'docker-registry' });
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-registry-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  if (bytes !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', data]);
  const port = await freePort();
  const auth = password === undefined ? '' : `auth: {htpasswd: {realm: test, path: ${folder}/htpasswd}}\n`;
  if (password !== undefined) writeFileSync(join(folder, 'htpasswd'), `tester:${await bcrypt(password)}\n`);
  writeFileSync(
    join(folder, 'config.yml'),
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${data}}}\n${auth}http: {addr: "127.0.0.1:${port}"}\n`,
  );
  const child = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  goesWithUs(child);
  const host = `127.0.0.1:${port}`;
  await until('the registry answers', async () => (await fetch(`http://${host}/v2/`)).status < 500);
  return {
    host,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      if (bytes !== undefined) execFileSync('umount', [data]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A TCP proxy that cuts its connections after so many bytes from the client, as often as told. */
export interface CuttingProxy extends AsyncDisposable {
  readonly host: string;
  /** Connections that were cut. */
  cuts: number;
}

/**
 * @param target `host:port`
 * @param afterBytes from the client, per connection
 * @param times how many connections are cut; later ones live
 */
export async function startCuttingProxy(target: string, afterBytes: number, times: number): Promise<CuttingProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  const proxy: CuttingProxy = {
    host: '',
    cuts: 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    let passed = 0;
    sockets.add(client).add(upstream);
    client.on('data', (data) => {
      passed += data.length;
      if (passed > afterBytes && proxy.cuts < times) {
        proxy.cuts++;
        client.resetAndDestroy();
        upstream.end();
        return;
      }
      if (!upstream.write(data)) {
        client.pause();
        upstream.once('drain', () => client.resume());
      }
    });
    upstream.on('data', (data) => client.write(data));
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.end());
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return Object.assign(proxy, { host: `127.0.0.1:${address.port}` });
}

/** The registry accepts bcrypt only; Debian's Perl has it in crypt(3). */
async function bcrypt(password: string): Promise<string> {
  const child = spawn('perl', ['-e', 'print crypt($ARGV[0], q($2b$05$abcdefghijklmnopqrstuu))', password]);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  await once(child, 'close');
  if (!output.startsWith('$2')) throw new Error(`no bcrypt in crypt(3): ${output}`);
  return output;
}
