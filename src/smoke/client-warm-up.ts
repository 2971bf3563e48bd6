import http from 'node:http';
import { httpClient } from '../server/protocols/http.ts';

/** By then V8 has compiled what a request runs through; before, it costs a few tenths of a millisecond more. */
const mostRequests = 600;
/** For each request that is measured: a short test is not held up. */
const perMeasured = 5;
/** A busy machine does not wait longer than this, milliseconds. */
const longestMs = 500;

/**
 * Warms up the client, not the server: sends requests to a server of its own on this machine, so that the first measured times are not
 * those of code that is not compiled yet.
 * @param measured how many requests will be measured
 * @returns what such a request takes at the end, milliseconds (median): this much of every measured time may be ours; null: not known
 */
export async function warmUpClient(measured: number): Promise<number | null> {
  const server = http.createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"outputs":[0]}'));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const client = httpClient(`http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`);
  const requests = Math.min(mostRequests, perMeasured * measured);
  const times: number[] = [];
  try {
    const began = performance.now();
    while (times.length < requests && performance.now() - began < longestMs) {
      const outcome = await client.send({
        method: 'POST',
        path: '/',
        body: '{"inputs":[[0.1,0.2]]}',
        timeoutMs: longestMs,
      });
      if (outcome.kind === 'none') return null;
      times.push(outcome.ms);
    }
  } finally {
    client.close();
    server.close();
  }
  const last = times.slice(-100).toSorted((a, b) => a - b);
  return last[Math.floor(last.length / 2)] ?? null;
}
