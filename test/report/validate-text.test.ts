import { describe, expect, it } from 'vitest';
import { validatePath } from '../../src/model/validate.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { FileEvidence } from '../../src/pipeline/evidence.ts';
import { validateText } from '../../src/report/validate-text.ts';

const evil = new URL('../../examples/evil.pkl', import.meta.url).pathname;

async function validated(name: string) {
  return validatePath(evil, { name }, silentReporter, new AbortController().signal);
}

/** Sizes have a space that does not break. */
function spaced(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

function file(path: string, facts: Partial<FileEvidence> = {}): FileEvidence {
  return { path, format: 'text', verdict: 'clean', bytes: 10, sha256: '', findings: [], facts: {}, ...facts };
}

describe('the result of validate as text', () => {
  it('shows a newcomer what was found, where, why and what to do', async () => {
    expect(spaced(validateText([await validated('examples/evil.pkl')], false)))
      .toBe(`✗ unsafe  examples/evil.pkl  pickle · protocol 4 · 18 opcodes · 116 B

  CRITICAL  pickle/dangerous-global  byte 69 (0x45)
    Names os.system, which runs programs. Loading the file imports it, whether or not it is called.

  CRITICAL  pickle/dangerous-call  byte 113 (0x71)
    Calls os.system('echo this ran while the model was loaded'), with the opcode REDUCE. The call
    happens while the file is loaded, before any check of the result.

    Fix: Do not load this file. Get the model from its source again, or write it again in a trusted
         environment, and compare the checksums.

1 file: 1 unsafe. Nothing was loaded or run.
`);
  });

  it('says the same in colour', async () => {
    const text = validateText([await validated('examples/evil.pkl')], true);
    const plain = text.split('\u001b').map((part, index) => (index === 0 ? part : part.slice(part.indexOf('m') + 1)));
    expect(text).toContain('\u001b[31m✗ unsafe\u001b[0m');
    expect(plain.join('')).toBe(validateText([await validated('examples/evil.pkl')], false));
  });

  it('lists a folder, and counts what would be too long', () => {
    const files = Array.from({ length: 50 }, (_, index) => file(`part-${index}.txt`));
    const model = { path: 'model/', digest: 'sha256:0', bytes: 500, files };
    const lines = spaced(validateText([{ verdict: 'clean', model }], false)).split('\n');
    expect(lines[0]).toBe('✓ clean  model/  50 files, 500 B');
    expect(lines[1]).toBe('  ✓ clean  part-0.txt  text · 10 B');
    expect(lines).toContain('  ... and 30 more clean files');
    expect(lines.at(-2)).toBe('50 files: 50 clean. Nothing was loaded or run.');
  });

  it('never shows a mark of success for what is inconclusive', () => {
    const finding = {
      rule: 'format/unknown',
      severity: 'medium',
      offset: null,
      message: 'Unknown.',
      hint: 'Convert it.',
    } as const;
    const files = [file('a.dat', { verdict: 'inconclusive', findings: [finding] })];
    const text = validateText(
      [{ verdict: 'inconclusive', model: { path: 'a.dat', digest: '', bytes: 10, files } }],
      false,
    );
    expect(text).not.toContain('✓');
    expect(text).toContain('? inconclusive  a.dat');
  });

  it('shows names as they are, not what they would do to a terminal', () => {
    const files = [file('a\u001b[2J\u202e.txt')];
    const text = validateText([{ verdict: 'clean', model: { path: 'model', digest: '', bytes: 10, files } }], false);
    expect(text).toContain('a\\u{1b}[2J\\u{202e}.txt');
  });
});
