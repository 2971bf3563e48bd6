import { createHash } from 'node:crypto';
import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import { knownRule } from '../model/rules/index.ts';
import type { Finding, Severity } from '../pipeline/evidence.ts';
import { version } from '../version.ts';
import type { ValidatedFile, Validation } from './validation.ts';

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};
/** What code scanning services sort by, 0 to 10. */
const scores: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.0',
};

const home = 'https://ml-deploy.dev';

/** The findings as a SARIF 2.1.0 log, places in bytes. Ends with a line feed. */
export function sarifReport(validation: Validation): string {
  return `${JSON.stringify(sarifLog(validation), null, 2)}\n`;
}

/** As sarifReport, before it is written out. */
export function sarifLog({ files, errors }: Validation): Log {
  const ids = [...new Set(files.flatMap(({ findings }) => findings.map(({ rule }) => rule)))].toSorted();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ml-deploy', version, informationUri: home, rules: ids.map(descriptor) } },
        invocations: [
          {
            executionSuccessful: errors.length === 0,
            ...(errors.length === 0
              ? {}
              : {
                  toolExecutionNotifications: errors.map(({ path, code, message }) => ({
                    level: 'error' as const,
                    descriptor: { id: code },
                    message: { text: message },
                    locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(path) } } }],
                  })),
                }),
          },
        ],
        artifacts: files.map(({ path, bytes, sha256, format, verdict }) => ({
          location: { uri: uriOf(path) },
          length: bytes,
          ...(sha256 === '' ? {} : { hashes: { 'sha-256': sha256 } }),
          properties: { format, verdict },
        })),
        results: files.flatMap((file, index) => file.findings.map((finding) => result(file, index, finding, ids))),
      },
    ],
  };
}

function descriptor(id: string): ReportingDescriptor {
  const rule = knownRule(id);
  if (rule === undefined) return { id, name: camel(id) };
  const { severity, why, fix, cwe = [], cve = [], bad, good } = rule;
  const examples = [`Breaks it: ${bad}`, `Right: ${good}`];
  const tags = ['security', ...cwe.map((number) => `external/cwe/cwe-${String(number).padStart(3, '0')}`), ...cve];
  return {
    id,
    name: camel(id),
    shortDescription: { text: why },
    fullDescription: { text: why },
    help: {
      text: [fix, ...examples].join('\n'),
      markdown: [fix, ...examples.map((example) => `* ${example}`)].join('\n\n'),
    },
    helpUri: `${home}/docs/rules#${id.replace('/', '')}`,
    defaultConfiguration: { level: levels[severity] },
    properties: { tags, precision: 'very-high', 'security-severity': scores[severity] },
  };
}

/** `pickle/dangerous-call` -> `PickleDangerousCall`. */
function camel(id: string): string {
  return id.replaceAll(/(?:^|[-/])([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function result(file: ValidatedFile, index: number, finding: Finding, ids: readonly string[]): Result {
  const { rule, severity, message, hint, waived, member, offset } = finding;
  const identity = [rule, file.path, member ?? '', offset ?? '', message].join('\n');
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: knownRule(rule)?.verdict === 'clean' ? 'note' : levels[severity],
    message: { text: `${message}\n${hint}` },
    locations: [location(file, index, finding)],
    partialFingerprints: { 'mlDeploy/v1': createHash('sha256').update(identity).digest('hex').slice(0, 32) },
    ...(waived === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external' as const,
              status: 'accepted' as const,
              justification: `${waived.reason} (${waived.owner}, until ${waived.expires})`,
            },
          ],
        }),
    properties: { severity },
  };
}

function location(file: ValidatedFile, index: number, { offset, member }: Finding): Location {
  // Offsets in a member of an archive are not offsets in the file. Services that know only lines want one, whatever it is.
  const region = offset === null || member !== undefined ? { startLine: 1 } : { startLine: 1, byteOffset: offset };
  const where = member === undefined ? {} : { logicalLocations: [memberLocation(member, offset)] };
  return { physicalLocation: { artifactLocation: { uri: uriOf(file.path), index }, region }, ...where };
}

function memberLocation(
  member: string,
  offset: number | null,
): { name: string; fullyQualifiedName: string; kind: string } {
  const place = offset === null ? '' : `, byte ${offset}`;
  return { name: member.toWellFormed(), fullyQualifiedName: `${member.toWellFormed()}${place}`, kind: 'member' };
}

/** A relative path stays relative: services resolve it from the root of the repository. */
function uriOf(path: string): string {
  if (/^[a-z]+:\/\//.test(path)) return encodeURI(path.toWellFormed());
  const encoded = path
    .toWellFormed()
    .split('/')
    .map((segment) => encodeURIComponent(segment))
    .join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
