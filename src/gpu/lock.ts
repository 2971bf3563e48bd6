import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Who has a device: told to those who wait for it. */
export interface Holder {
  /** Such as `the smoke test of fraud`. */
  readonly what: string;
  readonly pid: number;
  /** RFC 3339, UTC. */
  readonly since: string;
}

/** The right to use one device, alone among the runs of this machine. */
export interface DeviceLock {
  release(): Promise<void>;
}

/** A device that somebody else has. */
export interface Held {
  /** null: it does not say. */
  readonly holder: Holder | null;
  /** Ends when the device may be free. */
  readonly gone: Promise<unknown>;
  /** Ends the connection to the holder. */
  readonly close: () => void;
}

/** A holder that says nothing is asked again. */
const answerMs = 1_000;

/**
 * Takes a device if nobody has it. The lock is a name in the kernel's table of sockets: taking it is atomic, and it is free as soon as
 * its process has ended, however it ended. It holds for the network namespace, which is the machine, or the container that the runner is in.
 * @param device UUID of a GPU or of a MIG device
 * @param holder told to others
 * @returns null when somebody has it
 */
export async function tryLock(device: string, holder: Holder): Promise<DeviceLock | null> {
  const waiting = new Set<Socket>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('close', () => waiting.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.write(`${JSON.stringify(holder)}\n`);
  });
  if (!(await listening(server, addressOf(device)))) return null;
  // A program that is done ends, whatever it holds.
  server.unref();
  return {
    release: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      // Whoever waits learns it at once.
      for (const socket of waiting) socket.destroy();
      await closed;
    },
  };
}

/**
 * Who has the device now, and a promise that ends when it may be free; null when it is free. The caller closes it.
 * @param device as for `tryLock`
 * @param signal ends the waiting
 */
export async function holderOf(device: string, signal: AbortSignal): Promise<Held | null> {
  const socket = connect(addressOf(device));
  const gone = once(socket, 'close', { signal }).finally(() => socket.destroy());
  // An interrupt is told by whoever waits for it.
  gone.catch(() => undefined);
  socket.on('error', () => socket.destroy());
  const said = await Promise.race([
    once(socket, 'data').then(([chunk]) => String(chunk)),
    gone.then(
      () => null,
      () => null,
    ),
    delay(answerMs, '', { ref: false }),
  ]).catch(() => null);
  const close = (): void => {
    socket.destroy();
  };
  if (said === null) {
    close();
    return null;
  }
  return { holder: parse(said), gone, close };
}

function parse(said: string): Holder | null {
  try {
    return JSON.parse(said) as Holder;
  } catch {
    return null;
  }
}

/** An abstract socket: it has no file that could be left behind. */
function addressOf(device: string): string {
  return `\0ml-deploy/gpu/${device}`;
}

function listening(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ path }, () => {
      resolve(true);
    });
  });
}
