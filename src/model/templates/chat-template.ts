import * as jinja from '@huggingface/jinja';
import type { RuleId } from '../rules/index.ts';
import { printable } from '../../printable.ts';
import { TemplateJudge } from './judge.ts';
import { internalAnywhere } from './vocabulary.ts';
import type { Node } from './nodes.ts';

/** The part of the parser that is used; its own declarations do not resolve under Node's module rules. */
const parser = jinja as unknown as { tokenize(text: string): unknown; parse(tokens: unknown): Node };

/** Longest template that is parsed. Characters. */
const maxLength = 512 * 1024;
/** The parser needs quadratic time for white space. Characters. */
const maxSpaces = 200;

/** What is wrong with a template. */
export interface TemplateProblem {
  readonly rule: RuleId;
  readonly message: string;
}

/**
 * Judges a chat template (Jinja) by its syntax tree, without rendering it: names of Python's internals are `template/escape`, functions,
 * methods, filters and tests that chat templates do not have are `template/unlisted`, and what does not parse is `template/invalid`.
 */
export function judgeTemplate(text: string): readonly TemplateProblem[] {
  if (text.length > maxLength) {
    return [{ rule: 'template/invalid', message: `The template has ${text.length} characters, which are not parsed.` }];
  }
  if (new RegExp(`\\s{${maxSpaces}}`, 'u').test(text)) {
    return [{ rule: 'template/invalid', message: `The template has more than ${maxSpaces} spaces in a row.` }];
  }
  try {
    const judge = new TemplateJudge();
    return judge.judge(parser.parse(parser.tokenize(withoutGeneration(text))));
  } catch (error) {
    // The parser throws TypeError at the end of the text, and RangeError for deep nesting.
    const reason = error instanceof Error ? error.message : 'unknown problem';
    const problem = {
      rule: 'template/invalid',
      message: `The template does not parse: ${printable(reason)}.`,
    } as const;
    const internal = internalAnywhere.exec(text)?.[0];
    if (internal === undefined) return [problem];
    return [problem, { rule: 'template/escape', message: `It has ${internal}, which is internal to Python.` }];
  }
}

/**
 * The parser cuts the `generation` tags of Transformers out, which could join what stands before and behind them to another tag. An
 * empty expression in their place keeps both apart.
 */
function withoutGeneration(text: string): string {
  return text.replaceAll(/\{%([-+]?)\s*(?:end)?generation\s*([-+]?)%\}/g, "{{ '' }}");
}
