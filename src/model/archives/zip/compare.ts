import type { Findings } from '../../findings.ts';
import { printable } from '../../../printable.ts';
import { extraFields, flag, type CentralHeader, type Header } from './records.ts';

/** Flag bits that libraries write: how hard deflate tried, sizes behind the data, UTF-8 names. */
const plainFlags = 0x0002 | 0x0004 | flag.descriptor | flag.utf8;

/** Extra fields whose meaning is known: zip64 sizes, times, user ids, alignment ("FB" is PyTorch's), the mark of Java. */
const knownFields: ReadonlySet<number> = new Set([
  0x0001, 0x000a, 0x5455, 0x5855, 0x7855, 0x7875, 0x4246, 0xcafe, 0xd935,
]);

/** Compares both descriptions of a member; any difference means that readers see different files. */
export function compareViews(local: Header, central: CentralHeader, name: string, findings: Findings): void {
  const differ = (what: string, here: string | number, there: string | number) => {
    const message = `"${printable(name)}": its own header says ${what} ${here}, the directory ${there}.`;
    findings.add('zip/views-differ', local.offset, message);
  };
  if (!local.name.equals(central.name))
    differ('that its name is', `"${shown(local.name)}"`, `"${shown(central.name)}"`);
  if (local.method !== central.method) differ('method', local.method, central.method);
  if (local.flags !== central.flags) differ('flags', local.flags, central.flags);
  // Writers that do not know them beforehand leave zeros, or ones for zip64, and write them behind the data.
  const later = (local.flags & flag.descriptor) !== 0;
  const open = (value: number) => later && (value === 0 || value === 0xffffffff);
  if (local.crc !== central.crc && !(later && local.crc === 0)) differ('checksum', local.crc, central.crc);
  if (local.packed !== central.packed && !open(local.packed)) differ('packed size', local.packed, central.packed);
  if (local.unpacked !== central.unpacked && !open(local.unpacked)) differ('size', local.unpacked, central.unpacked);
}

/** Checks what one header alone can prove. */
export function checkHeader(header: Header, name: string, findings: Findings): void {
  const odd = header.flags & ~(plainFlags | flag.encrypted);
  if (odd !== 0) {
    const message = `"${printable(name)}" has the flag bits 0x${odd.toString(16)}, which no library for models writes.`;
    findings.add('zip/flags', header.offset, message);
  }
  const fields = extraFields(header.extra);
  const strange = fields?.find(({ id }) => !knownFields.has(id));
  // Alignment tools fill up with less than a field.
  if (fields === null && header.extra.some((byte) => byte !== 0)) {
    findings.add('zip/extra', header.offset, `The extra fields of "${printable(name)}" do not fit.`);
  } else if (strange !== undefined) {
    const message = `"${printable(name)}" has an extra field 0x${strange.id.toString(16)} of ${strange.data.length} bytes.`;
    findings.add('zip/extra', header.offset, message);
  }
}

/** Checks what only the directory says. */
export function checkCentral(central: CentralHeader, name: string, findings: Findings): void {
  if (central.comment.length > 0) {
    const message = `"${printable(name)}" has a comment of ${central.comment.length} bytes.`;
    findings.add('zip/extra', central.offset, message);
  }
  if (central.disk !== 0 && central.disk !== 0xffff) {
    findings.add('zip/directory', central.offset, `"${printable(name)}" is said to be on disk ${central.disk}.`);
  }
  const type = central.system === 3 ? (central.attributes >>> 28) & 0xf : 0;
  // 4 is a folder, 8 a file; tools that know no type leave 0.
  if (![0, 4, 8].includes(type)) {
    const what = type === 10 ? 'a symbolic link' : `a special file (type ${type})`;
    findings.add('zip/link', central.offset, `"${printable(name)}" is ${what}.`);
  }
}

function shown(name: Buffer): string {
  return printable(name.toString('latin1'));
}
