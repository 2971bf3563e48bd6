/** The text as a sentence: with a full stop, unless it ends with a mark of its own, as the words of other programs may. */
export function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
