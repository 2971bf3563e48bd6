import type { Pages } from '../../pages.ts';
import { Fields, Hdf5Error } from './bytes.ts';

export interface Superblock {
  /** Of the object header of the root group, in the file. */
  readonly root: number;
  /** What every other address is relative to. */
  readonly base: number;
  /** Bytes that the file should have. */
  readonly end: number;
}

/** Reads the superblock, versions 0 to 3. */
export async function readSuperblock(pages: Pages): Promise<Superblock> {
  const fields = new Fields(Buffer.from(await pages.bytes(0, Math.min(128, pages.size))), 0);
  fields.skip(8);
  const version = fields.u8();
  if (version > 3) throw new Hdf5Error('unknown', `The file has version ${version}`, 8);
  if (version <= 1) fields.skip(4);
  const [offsets, lengths] = [fields.u8(), fields.u8()];
  if (offsets !== 8 || lengths !== 8) {
    throw new Hdf5Error('unknown', `Addresses have ${offsets} bytes and lengths ${lengths}; 8 are usual`, 9);
  }
  if (version <= 1) {
    fields.skip(version === 0 ? 9 : 13);
    const [base, , end, driver] = [fields.address(), fields.address(), fields.address(), fields.address()];
    if (driver !== null) throw new Hdf5Error('unknown', 'The file is one of several', driver);
    fields.skip(8);
    return checked(base, end, fields.address());
  }
  fields.skip(1);
  const [base, extension, end, root] = [fields.address(), fields.address(), fields.address(), fields.address()];
  if (extension !== null && extension !== 0)
    throw new Hdf5Error('unknown', 'The superblock goes on elsewhere', extension);
  return checked(base, end, root);
}

function checked(base: number | null, end: number | null, root: number | null): Superblock {
  if (base !== 0) throw new Hdf5Error('unknown', 'The addresses of the file do not start at its beginning', 0);
  if (end === null || root === null) throw new Hdf5Error('broken', 'The file has no root', 0);
  return { base, end, root };
}
