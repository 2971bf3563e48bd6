import type { LockedImage } from './document.ts';

/**
 * What a new entry of the lock changes, in words.
 * @param before null: there was none
 * @param after what is locked now
 * @returns one line per change; empty when nothing changed
 */
export function changesBetween(before: LockedImage | null, after: LockedImage): string[] {
  const lines: string[] = [];
  if (before?.base !== after.base)
    lines.push(`base ${after.inputs.base}: ${arrow(short(before?.base), short(after.base))}`);
  if (before?.python !== after.python && after.python !== null) {
    lines.push(`Python: ${arrow(before?.python ?? undefined, after.python)}`);
  }
  const [old, now] = [versions(before), versions(after)];
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === undefined || is === undefined || was.version !== is.version) {
      lines.push(`${name}: ${arrow(was?.version, is?.version ?? 'removed')}`);
    } else if (was.files !== is.files) {
      lines.push(`${name}: the same version with other files`);
    }
  }
  return lines;
}

function versions(image: LockedImage | null): Map<string, { version: string; files: string }> {
  const entries = Object.entries(image?.packages ?? {});
  return new Map(
    entries.map(([requirement, files]) => {
      const [, name = requirement, version = requirement] = /^([^=@]+)(?:==|@)(.+)$/.exec(requirement) ?? [];
      return [name, { version, files: files.join() }];
    }),
  );
}

function short(digest: string | undefined): string | undefined {
  return digest?.slice(0, 'sha256:'.length + 12);
}

function arrow(was: string | undefined, is: string | undefined): string {
  return was === undefined ? (is ?? '') : `${was} -> ${is ?? ''}`;
}
