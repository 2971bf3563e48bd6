/**
 * `node test/fuzz/main.ts [SECONDS] [SEED]`: looks for inputs that break the validator, and writes them to test/fuzz/found/.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fuzz } from './fuzz.ts';

const [seconds = '60', seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
if (!(Number(seconds) > 0)) throw new Error(`${seconds} is no number of seconds`);
const found = join(import.meta.dirname, 'found');
console.log(`seed ${seed}`);
const { executions, blocks, kept, broken, peak } = await fuzz({
  seconds: Number(seconds),
  seed: Number(seed),
  onProgress: (soFar) => {
    process.stderr.write(`\r${soFar.executions} inputs, ${soFar.blocks} blocks, ${soFar.kept} kept `);
  },
});
console.log(
  `\n${executions} inputs, ${blocks} blocks reached, ${kept} inputs kept, at most ${Math.round(peak / 1e6)} MB of memory, ${broken.length} broken`,
);
if (broken.length > 0) mkdirSync(found, { recursive: true });
for (const [index, { name, content, why }] of broken.entries()) {
  const file = `${seed}-${index}-${name.replaceAll(/[^\w.-]/g, '_')}`;
  writeFileSync(join(found, file), content);
  console.log(`${file} (${content.length} bytes): ${why}`);
}
process.exit(broken.length === 0 ? 0 : 1);
