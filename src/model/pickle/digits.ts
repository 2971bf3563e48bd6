/** Most digits of a number that is exact. */
const mostDigits = 15;

/** The number that 1 to 15 plain decimal digits say; -1 when the bytes are anything else. */
export function plainNumber(buffer: Buffer, start: number, length: number): number {
  if (length === 0 || length > mostDigits) return -1;
  let value = 0;
  for (let at = start; at < start + length; at++) {
    const digit = (buffer[at] as number) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
