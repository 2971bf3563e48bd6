/** An element of a document, without its place. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const token = /<\?xml[^?]*\?>|<(\/?)([a-z-]+)((?:\s+[a-z-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
// Every character that XML 1.0 allows.
const legal = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** The elements of an XML document in order; throws when it is not well-formed (of what our reports use). */
export function elementsOf(text: string): Element[] {
  if (!legal.test(text)) throw new Error('a character that XML does not allow');
  if (/&(?!(?:amp|lt|gt|quot|#\d+);)/.test(text)) throw new Error('a bare &');
  const elements: Element[] = [];
  const open: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 40)}`);
    const [, closing, name, attributes = '', empty] = match;
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    if (open.length === 0 && elements.length > 0) throw new Error('two roots');
    const pairs = [...attributes.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]);
    elements.push({ name, attributes: Object.fromEntries(pairs) as Record<string, string> });
    if (empty !== '/') open.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join()} not closed`);
  return elements;
}
