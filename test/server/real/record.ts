/** Asks real servers everything that the protocols ask, and writes the answers to ../protocols/recorded: `node record.ts [NAME...]`. */
import { mkdirSync, writeFileSync } from 'node:fs';

import { httpClient } from '../../../src/server/protocols/http.ts';
import { protocols } from '../../../src/server/protocols/index.ts';
import { recorder } from './exchange.ts';
import { cases } from './cases.ts';

const folder = new URL('../protocols/recorded/', import.meta.url);
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const { name, start, protocol, known } of cases) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const server = await start();
  const client = httpClient(server.url);
  const { send, exchanges } = recorder(client.send);
  try {
    const discovery = await protocols[protocol].discover(send, known);
    for (const ask of [...discovery.valid, ...discovery.malformed]) await send(ask.request);
  } finally {
    client.close();
    await server.stop();
  }
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify({ server: name, exchanges }, null, 1)}\n`);
  console.log(`${name}: ${exchanges.length} exchanges`);
}
