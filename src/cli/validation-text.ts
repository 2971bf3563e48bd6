import { validateText } from '../report/validate-text.ts';
import { validationOf, type ValidatedPath, type ValidationError } from '../report/validation.ts';

/** The result of `validate` in one of its forms; `colour` counts for text only. */
export async function validationText(
  format: string,
  paths: readonly ValidatedPath[],
  errors: readonly ValidationError[],
  colour: boolean,
): Promise<string> {
  switch (format) {
    case 'json':
      return `${JSON.stringify(validationOf(paths, errors), null, 2)}\n`;
    case 'sarif':
      return (await import('../report/sarif.ts')).sarifReport(validationOf(paths, errors));
    case 'junit':
      return (await import('../report/junit.ts')).junitReport(validationOf(paths, errors));
    case 'markdown':
      return (await import('../report/validate-markdown.ts')).validateMarkdown(validationOf(paths, errors));
    default:
      return validateText(paths, colour);
  }
}
