import { recordFields, type InstalledPackage } from './package.ts';

/** A licence that is longer than this is its text, not its name. */
const longestName = 100;

/**
 * Reads the core metadata of an installed Python package: `<name>-<version>.dist-info/METADATA`, or `PKG-INFO` of an old one.
 * @param text of the file
 * @returns null when it names no package
 */
export function parsePythonMetadata(text: string): InstalledPackage | null {
  const fields = recordFields(text);
  const name = fields.get('Name');
  const version = fields.get('Version');
  if (name === undefined || version === undefined || name === '' || version === '') return null;
  return { kind: 'pypi', name, version, architecture: null, source: null, license: licenseOf(fields, text) };
}

/** PEP 639's expression, else the name in the old field, else the classifiers. */
function licenseOf(fields: ReadonlyMap<string, string>, text: string): InstalledPackage['license'] {
  const expression = fields.get('License-Expression');
  if (expression !== undefined && expression !== '') return { expression };
  const name = fields.get('License')?.trim() ?? '';
  if (name !== '' && name !== 'UNKNOWN' && name.length <= longestName && !name.includes('\n')) return { name };
  const [header = ''] = text.split(/\r?\n\r?\n/, 1);
  const classified = [...header.matchAll(/^Classifier: License :: (?:.* :: )?(.+?)\r?$/gm)].map(
    (match) => match[1] ?? '',
  );
  return classified.length === 0 ? null : { name: classified.join(' OR ') };
}
