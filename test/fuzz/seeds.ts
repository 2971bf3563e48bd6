import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { corpus } from '../model/corpus/index.ts';
import { maxBytes } from './mutate.ts';

/** A file to start from. */
export interface Seed {
  readonly name: string;
  readonly content: Buffer;
}

/** Every file of the corpus and of the real models that is small enough. */
export function seeds(): readonly Seed[] {
  const made = corpus.flatMap(({ files }) =>
    Object.entries(files).flatMap(([name, content]): Seed[] => {
      if (typeof content === 'object' && 'link' in content) return [];
      return [{ name, content: Buffer.from(typeof content === 'function' ? content() : content) }];
    }),
  );
  const real = join(import.meta.dirname, '../model/fixtures/real');
  const found = readdirSync(real, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(real, name)).isFile())
    .map((name) => ({ name, content: readFileSync(join(real, name)) }));
  return [...made, ...found].filter(({ content }) => content.length > 0 && content.length <= maxBytes);
}
