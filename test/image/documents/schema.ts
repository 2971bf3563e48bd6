import { readFileSync } from 'node:fs';

import { Ajv, type ValidateFunction } from 'ajv';

const read = (path: string): object =>
  JSON.parse(readFileSync(new URL(`./fixtures/${path}`, import.meta.url), 'utf8')) as object;

let check: ValidateFunction | undefined;

/** What the official schema of CycloneDX 1.6 has against a document; empty when it is valid. */
export function cycloneDxProblems(document: object): string[] {
  check ??= compiled();
  if (check(document)) return [];
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

function compiled(): ValidateFunction {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  for (const name of ['spdx', 'jsf-0.82']) ajv.addSchema(read(`cyclonedx/${name}.schema.json`));
  return ajv.compile(read('cyclonedx/bom-1.6.schema.json'));
}
