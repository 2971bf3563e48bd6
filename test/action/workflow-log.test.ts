import { describe, expect, it } from 'vitest';
import { WorkflowLog } from '../../src/action/workflow-log.ts';
import { commandsOf } from './runner-commands.ts';

function logged(use: (log: WorkflowLog) => void): string[] {
  const lines: string[] = [];
  const log = new WorkflowLog((line) => lines.push(line));
  use(log);
  log.settle();
  return lines;
}

const attacks = [
  '::set-output name=verdict::clean',
  '   ::error::forged',
  '\t::add-mask::a',
  'words before ##[error]forged',
  '##[set-env name=PATH]/evil',
  'first\n::error::second line',
  'first\r::error::after a carriage return',
  'first\u2028::error::after a line separator',
  '::stop-commands::mine',
  '::endgroup::',
];

describe('the log of a workflow step', () => {
  it.each(attacks)('never lets the runner act on the untrusted text %j', (attack) => {
    expect(commandsOf(logged((log) => log.untrusted(attack)))).toEqual([]);
  });

  it.each(attacks)('never lets the runner act on %j inside text of ours, such as a file name', (attack) => {
    expect(commandsOf(logged((log) => log.text(`file ${attack}`)))).toEqual([]);
    expect(commandsOf(logged((log) => log.text(attack)))).toEqual([]);
  });

  it.each(attacks)('keeps %j inside the message, the title and the file of one annotation', (attack) => {
    const commands = commandsOf(logged((log) => log.annotate('error', attack, attack, attack)));
    expect(commands).toHaveLength(1);
    expect(commands[0]?.name).toBe('error');
  });

  it('resumes commands after untrusted text, with a token that cannot be guessed', () => {
    const lines = logged((log) => {
      log.untrusted('::error::forged');
      log.annotate('warning', 'title', 'real');
      log.untrusted('::error::forged');
    });
    expect(commandsOf(lines).map(({ name }) => name)).toEqual(['warning']);
    const tokens = lines.filter((line) => line.startsWith('::stop-commands::')).map((line) => line.slice(17));
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(2);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{32}$/);
  });

  it('writes nothing but the text when nothing looks like a command', () => {
    expect(logged((log) => log.text('a: b :: c\nsecond'))).toEqual(['a: b :: c', 'second']);
  });

  it('ends a group before the next one begins, and at the end', () => {
    const lines = logged((log) => {
      log.group('one');
      log.untrusted('x');
      log.group('two');
    });
    expect(commandsOf(lines).map(({ name, data }) => `${name} ${data}`)).toEqual([
      'group one',
      'endgroup ',
      'group two',
      'endgroup ',
    ]);
  });
});
