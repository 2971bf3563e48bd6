/** The least that a model server can be, and one that takes its time: `node bare-server.ts PORT MEDIAN_MS`. Says at GET /spent what it took. */
import http from 'node:http';

const [, , port, median = '0'] = process.argv;
const medianMs = Number(median);
let [open, since, spent] = [0, 0, 0];
const normal = (): number => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

const server = http.createServer((request, response) => {
  if (request.url === '/spent') {
    response.end(JSON.stringify({ spent }));
    return;
  }
  // Time in which at least one request is open.
  if (open++ === 0) since = performance.now();
  response.on('close', () => {
    if (--open === 0) spent += performance.now() - since;
  });
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (request.method === 'GET') {
      answer(200, {});
      return;
    }
    try {
      const { rows } = JSON.parse(Buffer.concat(chunks).toString()) as { rows: number[][] };
      const scores = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
      // Skewed, as times of servers are.
      if (medianMs === 0) answer(200, { scores });
      else setTimeout(() => answer(200, { scores }), medianMs * Math.exp(0.25 * normal()));
    } catch {
      answer(400, { detail: 'malformed' });
    }
  });
});
server.listen(Number(port), '127.0.0.1');
