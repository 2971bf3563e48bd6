import { posix } from 'node:path';
import { printable } from '../../printable.ts';
import { inside } from './inside.ts';
import { readObject } from './json-file.ts';
import type { Layout } from './layout.ts';

/** Adapters of PEFT, which are loaded on top of a base model: most name one of a hub. */
export const peft: Layout = {
  id: 'peft',
  check: async (unit) => {
    for (const file of unit.named('adapter_config.json')) {
      const base = (await readObject(unit, file))?.get('base_model_name_or_path');
      if (typeof base !== 'string' || base === '') continue;
      const folder = inside('.', posix.join(posix.dirname(file.entry.path), base));
      if (!base.startsWith('/') && folder !== null && unit.below(folder).length > 0) continue;
      unit.add(file, 'hugging-face/base', null, `The base model is "${printable(base)}", which is not judged here.`);
    }
    return {};
  },
};
