/** `1 request`, `2,711 requests`; `irregular` is the plural of a noun that does not end with `s` then. */
export function plural(value: number, noun: string, irregular = `${noun}s`): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? noun : irregular}`;
}
