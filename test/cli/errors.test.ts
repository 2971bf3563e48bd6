import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const page = await readFile('docs/errors.md', 'utf8');
const documented = [...page.matchAll(/^\| `([a-z]+\/[a-z-]+)` \|/gm)].map(([, code = '']) => code);
/** Areas of error codes; other literals of that shape are rules of the scanner, media types and labels. */
const areas = new Set([...documented, 'internal/x'].map((code) => code.split('/')[0] ?? ''));

async function codesInSource(): Promise<Map<string, string>> {
  const codes = new Map<string, string>();
  for (const entry of await readdir('src', { recursive: true })) {
    if (!entry.endsWith('.ts') || entry.includes('generated')) continue;
    const text = await readFile(join('src', entry), 'utf8');
    for (const [, area = '', what = ''] of text.matchAll(/'([a-z]+)\/([a-z][a-z-]*)'/g)) {
      if (areas.has(area)) codes.set(`${area}/${what}`, entry);
    }
    // A code of an area that the page does not know.
    for (const [, code = ''] of text.matchAll(/\bcode: '([a-z]+\/[a-z-]+)'/g)) codes.set(code, entry);
  }
  return codes;
}

it('docs/errors.md lists exactly the codes that the source has', async () => {
  const codes = await codesInSource();
  const missing = [...codes].filter(([code]) => !documented.includes(code)).map(([code, file]) => `${code} (${file})`);
  expect(missing, 'codes to add to docs/errors.md').toEqual([]);
  expect(
    documented.filter((code) => !codes.has(code)),
    'codes to take out of docs/errors.md',
  ).toEqual([]);
});
