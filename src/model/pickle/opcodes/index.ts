import { containers } from './containers.ts';
import { control } from './control.ts';
import { objects } from './objects.ts';
import type { Opcode } from './opcode.ts';
import { numbers } from './numbers.ts';
import { stack } from './stack.ts';
import { strings } from './strings.ts';

/** All opcodes of protocols 0 to 5, by byte. */
export const opcodes: readonly (Opcode | undefined)[] = table();

function table(): (Opcode | undefined)[] {
  const all: (Opcode | undefined)[] = new Array<Opcode | undefined>(256).fill(undefined);
  for (const group of [containers, control, numbers, objects, stack, strings]) {
    for (const [character, opcode] of Object.entries(group)) all[character.charCodeAt(0)] = opcode;
  }
  return all;
}
