import { cutMark } from '../cut.ts';

/** Shorter values would blank out ordinary words. */
const shortest = 6;

/** Whether a variable of this name has a secret value, and not the place of one. */
export function isSecretName(name: string): boolean {
  return (
    /(^|_)(TOKEN|PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)(_|$)/i.test(name) &&
    !/_(FILE|PATH|DIR|URL|ID|NAME)$/i.test(name)
  );
}

/** The text with `***` in place of every secret value. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter(({ length }) => length >= shortest)
    .toSorted((a, b) => b.length - a.length)
    .reduce((left, secret) => left.replaceAll(secret, '***'), text);
}

/**
 * As hideSecrets, for a message, which may have been cut (`...`, or without a mark at its end) in the middle of a secret: its beginning tells
 * nearly all of it.
 */
export function hideInMessage(text: string, secrets: readonly string[]): string {
  return hideSecrets(text, secrets)
    .split(cutMark)
    .map((part) => withoutBeginning(part, secrets))
    .join(cutMark);
}

/** A text without the beginning of a secret at its end. */
function withoutBeginning(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, text.length); length >= shortest; length--) {
      if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***`;
    }
  }
  return text;
}
