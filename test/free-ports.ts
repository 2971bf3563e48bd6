import { once } from 'node:events';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below what Linux gives to outgoing connections (32768) and Kubernetes to node ports (30000), so that none of them takes it first. */
const [lowest, beyond] = [10_000, 30_000];

/** So long a port is kept for whoever asked for it; then it listens, or never will. */
const keptMs = 60_000;

/**
 * Ports at which programs that tests start may listen: nobody does now, and no other test gets one of them, whichever process it runs in,
 * before the program has had its time to start.
 * @param count how many, all different
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === beyond - lowest) throw new Error(`no ${count} free ports between ${lowest} and ${beyond}`);
    const port = lowest + Math.floor(Math.random() * (beyond - lowest));
    if (claim(port) && (await nobodyListensAt(port))) ports.push(port);
  }
  return ports;
}

/** See `freePorts`. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

function claim(port: number): boolean {
  const folder = join(tmpdir(), 'ml-deploy-test-ports');
  const file = join(folder, String(port));
  mkdirSync(folder, { recursive: true });
  const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (since !== undefined && Date.now() - since < keptMs) return false;
  if (since !== undefined) rmSync(file, { force: true });
  try {
    writeFileSync(file, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

async function nobodyListensAt(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    // Of all addresses: a server that listens at one of them is in the way, too.
    probe.listen(port, '0.0.0.0');
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
