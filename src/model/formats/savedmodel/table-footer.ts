/** Of the last block. Bytes. */
export const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;

/** Whether the bytes end like a table: the format of LevelDB, in which TensorFlow writes the index of its variables. */
export function endsLikeTable(bytes: Buffer): boolean {
  return bytes.length >= footerBytes && bytes.readBigUInt64LE(bytes.length - 8) === magic;
}
