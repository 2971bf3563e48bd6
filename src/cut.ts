/** What stands for the rest of a text that was cut: by it the beginning of a secret is found that was cut in the middle. */
export const cutMark = '...';

/**
 * The beginning of a text that others wrote, for a message.
 * @param text of any length
 * @param most characters that are kept
 * @returns the text, or its beginning and `...`
 */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}${cutMark}` : text;
}
