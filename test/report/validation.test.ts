import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import type { FileEvidence, Finding } from '../../src/pipeline/evidence.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { junitReport } from '../../src/report/junit.ts';
import { sarifLog } from '../../src/report/sarif.ts';
import { validateMarkdown } from '../../src/report/validate-markdown.ts';
import { validationOf, type ValidatedPath } from '../../src/report/validation.ts';
import { htmlReport } from '../../src/report/html/index.ts';
import { markdownReport } from '../../src/report/markdown.ts';
import { textReport } from '../../src/report/text.ts';
import { validateText } from '../../src/report/validate-text.ts';
import { validationText } from '../../src/cli/validation-text.ts';
import { validateEvidence } from '../pipeline/evidence.ts';
import { elementsOf } from './xml.ts';

const evil = new URL('../../examples/evil.pkl', import.meta.url).pathname;

async function json(path: string): Promise<object> {
  return JSON.parse(await readFile(path, 'utf8')) as object;
}

async function evilPath(): Promise<ValidatedPath> {
  return validatePath(evil, { name: 'examples/evil.pkl' }, silentReporter, new AbortController().signal);
}

function finding(facts: Partial<Finding> = {}): Finding {
  return {
    rule: 'pickle/unlisted-global',
    severity: 'medium',
    offset: 7,
    message: 'Names a.b.',
    hint: 'Do.',
    ...facts,
  };
}

function folder(...files: FileEvidence[]): ValidatedPath {
  return { verdict: 'inconclusive', model: { path: 'model/', digest: `sha256:${'0'.repeat(64)}`, bytes: 9, files } };
}

function file(path: string, ...findings: Finding[]): FileEvidence {
  const verdict = findings.length === 0 ? 'clean' : 'inconclusive';
  return { path, format: 'pickle', verdict, bytes: 9, sha256: 'ab'.repeat(32), findings, facts: {} };
}

const waived = { reason: 'read it', owner: 'ann', expires: '2099-01-01' };
/** Everything that names and messages can do to a document. */
const nasty = 'a\n\u0000\u001b[31m<x y="&]]>\ud800|`*{{}}\u202e\\';
const odd = folder(
  file(nasty, finding({ message: nasty, member: nasty, hint: nasty })),
  file('b.pkl', finding({ waived })),
);
const errors = [{ path: 'none', code: 'model/missing', message: 'there is no model at none', hint: null }];

describe('the result of validate as JSON', () => {
  it('has the published shape', async () => {
    const check = new Ajv2020({ strict: false }).compile(await json('schema/validation-v1.json'));
    for (const document of [validationOf([await evilPath(), odd], errors), validationOf([])]) {
      expect(check(JSON.parse(JSON.stringify(document))), JSON.stringify(check.errors)).toBe(true);
    }
    expect(check({ ...validationOf([]), verdict: 'fine' })).toBe(false);
  });

  it('names files as they are seen from where the command ran', async () => {
    const { files } = validationOf([await evilPath(), folder(file('a/b.pkl'))]);
    expect(files.map(({ model, path }) => [model, path])).toEqual([
      ['examples/evil.pkl', 'examples/evil.pkl'],
      ['model/', 'model/a/b.pkl'],
    ]);
  });

  it('has the worst verdict, and is never clean when a path was not judged', async () => {
    const clean: ValidatedPath = { ...folder(), verdict: 'clean' };
    expect(validationOf([clean]).verdict).toBe('clean');
    expect(validationOf([clean], errors).verdict).toBe('inconclusive');
    expect(validationOf([clean, folder(), await evilPath()], errors).verdict).toBe('unsafe');
  });
});

describe('SARIF', () => {
  it('is valid against the official schema', async () => {
    const path = fileURLToPath(import.meta.resolve('@microsoft/jest-sarif'));
    // It says draft 4 and uses nothing that later drafts read differently.
    const { $schema, id, ...schema } = (await json(
      path.replace(/index\.js$/, 'schemas/sarif-2.1.0-rtm.5.json'),
    )) as Record<string, unknown>;
    expect([$schema, id]).toEqual(['http://json-schema.org/draft-04/schema#', expect.stringContaining('sarif')]);
    const check = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
    for (const validation of [validationOf([await evilPath()]), validationOf([odd], errors), validationOf([])]) {
      const log: unknown = JSON.parse(JSON.stringify(sarifLog(validation)));
      expect(check(log), JSON.stringify(check.errors)).toBe(true);
    }
    expect(check({ version: '2.1.0', runs: [{}] })).toBe(false);
  });

  it('says where in bytes, why, and how to fix it', async () => {
    const [run] = sarifLog(validationOf([await evilPath()])).runs;
    const [result] = run?.results ?? [];
    expect(result).toMatchObject({ ruleId: 'pickle/dangerous-global', level: 'error' });
    expect(result?.locations?.[0]?.physicalLocation).toMatchObject({
      artifactLocation: { uri: 'examples/evil.pkl' },
      region: { byteOffset: 69 },
    });
    const rule = run?.tool.driver.rules?.[result?.ruleIndex ?? -1];
    expect(rule).toMatchObject({ id: 'pickle/dangerous-global', properties: { 'security-severity': '9.5' } });
    expect(rule?.help?.text).toContain('Do not load this file');
  });

  it('marks what is waived, escapes names, and tells what could not be judged', () => {
    const [run] = sarifLog(validationOf([odd], errors)).runs;
    expect(run?.results?.map(({ suppressions }) => suppressions?.length ?? 0)).toEqual([0, 1]);
    expect(run?.artifacts?.[0]?.location?.uri).toMatch(/^model\/a%0A%00%1B%5B31m%3Cx%20y%3D%22%26/);
    expect(run?.invocations?.[0]?.executionSuccessful).toBe(false);
  });
});

describe('JUnit', () => {
  it('fails what is unsafe or inconclusive, and is XML whatever the names are', async () => {
    const one = folder(file('c.txt'));
    const other = { ...one, model: { ...one.model, path: 'other/' } };
    const text = junitReport(validationOf([await evilPath(), odd, other], errors));
    const elements = elementsOf(text);
    const named = (name: string) => elements.filter((element) => element.name === name);
    expect(named('testsuites')[0]?.attributes).toMatchObject({ tests: '5', failures: '3', errors: '1' });
    expect(named('testcase').map(({ attributes }) => attributes['name'])).toContain('examples/evil.pkl');
    expect(named('failure').map(({ attributes }) => attributes['type'])).toEqual([
      'unsafe',
      'inconclusive',
      'inconclusive',
    ]);
    expect(named('error')).toHaveLength(1);
    expect(text).toContain('byte 69');
  });
});

describe('what is waived', () => {
  it('is told with who answers for it, until when and why, in every report', async () => {
    const told = 'Waived until 2099-01-01 by ann: read it';
    const { model, verdict } = folder(file('b.pkl', finding({ waived })));
    const evidence = { ...validateEvidence(), model, verdict, outcome: 'inconclusive' as const };
    expect(textReport({ validate: evidence })).toContain(told);
    expect(validateText([{ model, verdict }], false)).toContain(told);
    for (const report of [markdownReport, htmlReport])
      expect(report([{ title: 'x', evidence: { validate: evidence } }])).toContain(told);
    for (const form of ['markdown', 'junit']) {
      expect(await validationText(form, [{ model, verdict }], [], false)).toMatch(/[Ww]aived until 2099-01-01/);
    }
  });
});

describe('Markdown', () => {
  it('is a table of the files and of what was found, in which nothing becomes markup', async () => {
    const text = validateMarkdown(validationOf([await evilPath(), odd], errors));
    expect(text).toMatch(/^## ⛔ unsafe: 3 files/);
    expect(text).toContain('| critical | pickle/dangerous-global | byte 69 |');
    expect(text).toContain('could not be judged');
    expect(text).not.toContain('<x');
    expect(text).not.toContain('\u001b');
    for (const line of text.split('\n').filter((each) => each.startsWith('|'))) expect(line.endsWith('|')).toBe(true);
  });
});
