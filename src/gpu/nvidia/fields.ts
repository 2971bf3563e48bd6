import { XMLParser } from 'fast-xml-parser';

/** An element of the XML: text, or children by name. Repeated elements are lists; the names below always are. */
export type Element = unknown;

const repeated = new Set(['gpu', 'mig_device', 'process_info']);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  isArray: (name) => repeated.has(name),
  // Nothing that nvidia-smi writes needs the document type; entities of its own would only be an attack.
  processEntities: false,
});

/** What a field holds when the driver has nothing to say; brackets as in the CSV output. */
const nothing = /^\[?(N\/A|Not Supported|Not Available|Requested functionality has been deprecated|Not Found|)\]?$/i;
/** What a field holds when the driver cannot reach the GPU. */
const broken = /^\[?(ERR!|Unknown Error|GPU is lost|GPU requires reset|Reset required)\]?$/i;

/** Parses a document of `nvidia-smi -x -q`; null when it is not one. */
export function readLog(xml: string): Readonly<Record<string, Element>> | null {
  // Warnings about the board may stand around the document.
  const [start, end] = [xml.indexOf('<nvidia_smi_log'), xml.lastIndexOf('</nvidia_smi_log>')];
  if (start < 0 || end < 0) return null;
  try {
    const document: unknown = parser.parse(xml.slice(start, end + '</nvidia_smi_log>'.length));
    const log = child(document, 'nvidia_smi_log');
    return typeof log === 'object' ? (log as Record<string, Element> | null) : null;
  } catch {
    return null;
  }
}

/** The element at this path; undefined when there is none. */
export function child(element: Element, ...path: readonly string[]): Element {
  return path.reduce<Element>(
    (at, name) => (typeof at === 'object' && at !== null ? (at as Record<string, Element>)[name] : undefined),
    element,
  );
}

/** The repeated elements at this path. */
export function children(element: Element, ...path: readonly string[]): readonly Element[] {
  const found = child(element, ...path);
  return Array.isArray(found) ? (found as readonly Element[]) : [];
}

/** Text of the field; null when there is none, or when it holds one of the words for "not known". */
export function text(element: Element, ...path: readonly string[]): string | null {
  const found = child(element, ...path);
  const said = typeof found === 'string' ? found.trim() : '';
  return nothing.test(said) || broken.test(said) ? null : said;
}

/** The number that the field begins with (`81920 MiB`, `33.4 %`, `45 C`), without its unit; null when not known. */
export function number(element: Element, ...path: readonly string[]): number | null {
  const digits = /^-?\d+(\.\d+)?/.exec(text(element, ...path) ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}

/** Names of the fields below an element which say that the GPU did not answer, with what they say: `gpu_temp: ERR!`. */
export function brokenFields(element: Element): string[] {
  if (typeof element !== 'object' || element === null) return [];
  return Object.entries(element).flatMap(([name, value]) =>
    typeof value === 'string' && broken.test(value.trim()) ? [`${name}: ${value.trim()}`] : brokenFields(value),
  );
}
