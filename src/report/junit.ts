import type { Finding } from '../pipeline/evidence.ts';
import { ruleOf } from '../model/rules/index.ts';
import { count } from './format.ts';
import type { ValidatedFile, Validation } from './validation.ts';

/**
 * The verdicts as JUnit XML: a test suite per model, a test case per file. `unsafe` and `inconclusive` both fail; a path that could not be
 * judged is an error. Ends with a line feed.
 */
export function junitReport({ models, files, errors }: Validation): string {
  const suites = models.map(({ path }) =>
    suite(
      path,
      files.filter(({ model }) => model === path),
    ),
  );
  const broken = errors.map(
    ({ path, code, message, hint }) =>
      `  <testsuite name="${attribute(path)}" tests="1" failures="0" errors="1">\n` +
      `    <testcase name="${attribute(path)}" classname="validate">\n` +
      `      <error type="${attribute(code)}" message="${attribute(message)}">${content(hint ?? '')}</error>\n` +
      `    </testcase>\n  </testsuite>\n`,
  );
  const failures = files.filter(({ verdict }) => verdict !== 'clean').length;
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<testsuites name="ml-deploy validate" tests="${files.length + errors.length}" failures="${failures}" errors="${errors.length}">\n` +
    `${[...suites, ...broken].join('')}</testsuites>\n`
  );
}

function suite(path: string, files: readonly ValidatedFile[]): string {
  const failures = files.filter(({ verdict }) => verdict !== 'clean').length;
  return (
    `  <testsuite name="${attribute(path)}" tests="${files.length}" failures="${failures}" errors="0">\n` +
    `${files.map(testCase).join('')}  </testsuite>\n`
  );
}

function testCase(file: ValidatedFile): string {
  const open = `    <testcase name="${attribute(file.path)}" classname="${attribute(`validate.${file.format}`)}"`;
  const text = file.findings.map(line).join('\n\n');
  if (file.verdict !== 'clean') {
    const first = file.findings.find(
      ({ rule, waived }) => waived === undefined && ruleOf(rule).verdict === file.verdict,
    );
    const message = first === undefined ? file.verdict : `${file.verdict}: ${first.rule}: ${first.message}`;
    return `${open}>\n      <failure type="${file.verdict}" message="${attribute(message)}">${content(text)}</failure>\n    </testcase>\n`;
  }
  return text === '' ? `${open}/>\n` : `${open}>\n      <system-out>${content(text)}</system-out>\n    </testcase>\n`;
}

function line({ rule, severity, offset, member, message, hint, waived }: Finding): string {
  const place = `${member === undefined ? '' : `, ${member}`}${offset === null ? '' : `, byte ${count(offset)}`}`;
  const state = waived === undefined ? '' : ` [waived until ${waived.expires}: ${waived.reason}]`;
  return `${severity.toUpperCase()} ${rule}${place}${state}\n${message}\nFix: ${hint}`;
}

/** XML 1.0 has no way to write most control characters, not even by number. */
function content(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(
      /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return content(text)
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`);
}
