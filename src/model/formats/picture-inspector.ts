import { crc32 } from 'node:zlib';
import type { InspectContext, Inspector } from './format.ts';
import { pictureKind, type PictureKind } from './picture.ts';
import { Whole } from './whole.ts';

/** Largest picture that is read. Bytes. */
const maxBytes = 64 * 1024 * 1024;
/** How far from its end readers look for the directory of a zip archive. Bytes. */
const zipEnd = 65_535 + 22;

/** Where the structure of a picture ends or breaks. */
interface Read {
  /** The byte behind the picture, when it is whole; the byte where it breaks. */
  readonly at: number;
  /** A sentence without its full stop; null when it is whole. */
  readonly problem: string | null;
}

/** Follows the parts of a picture, which have to fill the file; what the parts show is not decoded. */
export function inspectPicture({ findings }: InspectContext): Inspector {
  return new Whole(maxBytes, (content, bytes) => {
    const kind = content === null ? null : pictureKind(content);
    if (content === null || kind === null) {
      findings.add('picture/malformed', null, `The picture has ${bytes} bytes; more than ${maxBytes} are not read.`);
    } else {
      const { at, problem } = readers[kind](content);
      if (problem !== null) findings.add('picture/malformed', at, `${problem}.`);
      else if (at < bytes)
        findings.add('picture/malformed', at, `${bytes - at} bytes stand behind the ${kind} picture.`);
      const other = otherIn(content);
      if (other !== null) findings.add('picture/malformed', other.at, `The picture has ${other.what} in it.`);
    }
    return { format: 'picture', facts: {} };
  });
}

/** What readers find at other places than the first byte. */
function otherIn(content: Buffer): { readonly at: number; readonly what: string } | null {
  const zip = content.indexOf('PK\x05\x06', Math.max(0, content.length - zipEnd), 'latin1');
  if (zip >= 0) return { at: zip, what: 'the end of a zip archive' };
  const hdf5 = content.indexOf('\x89HDF\r\n\x1a\n', 0, 'latin1');
  return hdf5 >= 0 ? { at: hdf5, what: 'the start of an HDF5 file' } : null;
}

const readers: Readonly<Record<PictureKind, (content: Buffer) => Read>> = {
  PNG: readPng,
  JPEG: readJpeg,
  GIF: readGif,
  WebP: readWebp,
};

function ends(at: number): Read {
  return { at, problem: 'The picture ends too early' };
}

/** Chunks with their checksums, from IHDR to IEND. */
function readPng(content: Buffer): Read {
  for (let at = 8; at + 12 <= content.length;) {
    const end = at + 12 + content.readUInt32BE(at);
    if (end > content.length) return ends(at);
    const type = content.toString('latin1', at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(type)) return { at, problem: 'A chunk has a type that is none' };
    if ((at === 8) !== (type === 'IHDR')) return { at, problem: 'IHDR is not the first chunk, and the only one' };
    if (crc32(content.subarray(at + 4, end - 4)) !== content.readUInt32BE(end - 4)) {
      return { at, problem: `The checksum of the chunk ${type} is wrong` };
    }
    if (type === 'IEND') return { at: end, problem: end === at + 12 ? null : 'IEND has data' };
    at = end;
  }
  return ends(content.length);
}

/** Segments by their markers, and the coded data behind each start of a scan, to the end of the image. */
function readJpeg(content: Buffer): Read {
  let at = 2;
  while (at + 1 < content.length) {
    if (content[at] !== 0xff) return { at, problem: 'There is no marker where one should be' };
    const marker = content[at + 1] ?? 0;
    if (marker === 0xff) at += 1;
    else if (marker === 0xd9) return { at: at + 2, problem: null };
    else if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd8)) return { at, problem: 'A marker is out of place' };
    else {
      if (at + 4 > content.length) return ends(at);
      const length = content.readUInt16BE(at + 2);
      if (length < 2) return { at, problem: 'A segment is shorter than its length' };
      at += 2 + length;
      if (marker === 0xda) at = behindScan(content, at);
    }
  }
  return ends(content.length);
}

function behindScan(content: Buffer, from: number): number {
  let at = content.indexOf(0xff, from);
  while (at >= 0 && at + 1 < content.length) {
    const next = content[at + 1] ?? 0;
    // A stuffed byte, or a restart.
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at = content.indexOf(0xff, at + 2);
  }
  return content.length;
}

/** Pictures and extensions, each a row of blocks, to the trailer. */
function readGif(content: Buffer): Read {
  let at = 13 + tableBytes(content[10]);
  while (at < content.length) {
    const kind = content[at];
    if (kind === 0x3b) return { at: at + 1, problem: null };
    if (kind !== 0x21 && kind !== 0x2c) return { at, problem: 'There is no block where one should be' };
    let next = kind === 0x21 ? at + 2 : at + 11 + tableBytes(content[at + 9]);
    for (let size = content[next]; size !== 0; size = content[next]) {
      if (size === undefined) return ends(at);
      next += 1 + size;
    }
    at = next + 1;
  }
  return ends(content.length);
}

/** The colours that the flags announce, three bytes each. */
function tableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** The chunks of a RIFF file, which fill it. */
function readWebp(content: Buffer): Read {
  const end = 8 + content.readUInt32LE(4);
  if (end > content.length) return ends(4);
  for (let at = 12; at < end;) {
    if (at + 8 > end) return ends(at);
    const type = content.toString('latin1', at, at + 4);
    if (!/^(VP8[ LX]|ALPH|ANIM|ANMF|ICCP|EXIF|XMP )$/.test(type))
      return { at, problem: 'A chunk has a type that is none' };
    const size = content.readUInt32LE(at + 4);
    const next = at + 8 + size + (size % 2);
    if (next > end) return ends(at);
    at = next;
  }
  return { at: end, problem: end > 12 ? null : 'The picture is empty' };
}
