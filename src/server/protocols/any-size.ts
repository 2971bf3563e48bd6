import { faultOf, statusProblem } from './judging.ts';
import type { Discovery, Known, Protocol, Send } from './protocol.ts';

/** What models of texts, of images and of nothing in particular take; tried in this order. */
const sizes: readonly number[] = [8, 32, 224, 1];

/**
 * Finds out how to ask a server, also where dimensions may have any size and nobody says which one is usual: sizes are tried out until one
 * is answered. One that is refused says nothing against the model.
 */
export async function discoverAnySize(protocol: Protocol, send: Send, known: Known): Promise<Discovery> {
  const found = await protocol.discover(send, known);
  // Golden requests ask better than made-up ones, and are asked anyway.
  if (found.open === null || found.fault !== null || known.examples.length > 0) return found;
  for (const size of sizes) {
    const sized = await protocol.discover(send, { ...known, anySize: size });
    const [ask] = sized.valid;
    if (sized.open !== null || ask === undefined) continue;
    const outcome = await send(ask.request);
    const fault = faultOf(ask.name, outcome);
    if (fault?.passing === true) return { ...found, fault };
    if (statusProblem(outcome) === null) return { ...sized, title: `${sized.title}, any size being ${size}` };
  }
  return found;
}
