/** Which distribution an image is made of. */
export interface OsRelease {
  /** `debian`, `alpine`, ... */
  readonly id: string;
  readonly version: string;
  /** For people. */
  readonly name: string;
}

/**
 * Reads `/etc/os-release`.
 * @param text of the file: shell assignments
 * @returns null when it names no distribution
 */
export function parseOsRelease(text: string): OsRelease | null {
  const fields = new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [, key, value] = /^([A-Z_]+)=["']?(.*?)["']?$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );
  const id = fields.get('ID') ?? '';
  return id === '' ? null : { id, version: fields.get('VERSION_ID') ?? '', name: fields.get('PRETTY_NAME') ?? id };
}
