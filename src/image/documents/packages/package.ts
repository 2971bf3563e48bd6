/** A package as the records in an image tell it. */
export interface InstalledPackage {
  readonly kind: 'deb' | 'apk' | 'pypi';
  readonly name: string;
  readonly version: string;
  /** Null when the kind has none. */
  readonly architecture: string | null;
  /** The package whose source it was built from, when it has another name. */
  readonly source: string | null;
  /** As the package declares it; an SPDX expression or a name. */
  readonly license: { readonly expression: string } | { readonly name: string } | null;
}

/** Fields of a record in which each line is `Name: value` and a line that begins with a space goes on with the one before. */
export function recordFields(record: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = '';
  for (const line of record.split(/\r?\n/)) {
    if (line === '') break;
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    else if (colon > 0) {
      last = line.slice(0, colon);
      if (!fields.has(last)) fields.set(last, line.slice(colon + 1).trim());
    }
  }
  return fields;
}
