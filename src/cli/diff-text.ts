import type { FileChange, ImageDiff, LayerChange, PackageChange } from '../image/diff/compare.ts';
import type { SettingChange } from '../image/diff/settings.ts';
import { bytes, shortDigest } from '../report/format.ts';
import { visible } from '../report/visible.ts';

/** Lines of one list; the rest is in the JSON form. */
const shownLines = 50;

/**
 * The differences of two images for people.
 * @param diff as compareImages gives it
 * @returns lines with a line feed at the end
 */
export function diffText(diff: ImageDiff): string {
  const { before, after } = diff;
  const lines = [`  ${before.reference} (${before.platform})`, `→ ${after.reference} (${after.platform})`, ''];
  if (diff.same) return [...lines.slice(0, 2), '', 'The same image.', ''].join('\n');
  const grown = after.bytes - before.bytes;
  lines.push(
    `Size    ${bytes(before.bytes)} → ${bytes(after.bytes)} (${grown < 0 ? '−' : '+'}${bytes(Math.abs(grown))}); a machine that has the first pulls ${bytes(diff.pullBytes)}`,
    `Model   ${modelLine(diff)}`,
    ...layerLines(diff.layers),
    ...section(
      'Python packages',
      diff.packages.filter(({ kind }) => kind === 'pypi'),
      packageLine,
    ),
    ...section(
      'System packages',
      diff.packages.filter(({ kind }) => kind !== 'pypi'),
      packageLine,
    ),
    ...section('Settings', diff.settings, settingLine),
    ...section(filesTitle(diff.files), diff.files, fileLine),
  );
  return `${lines.join('\n')}\n`;
}

function modelLine({ before, after }: ImageDiff): string {
  const [old, young] = [before.modelDigest, after.modelDigest].map((digest) =>
    digest === null ? 'none named' : shortDigest(digest),
  );
  return old === young ? `${old}, the same` : `${old} → ${young}`;
}

function layerLines(layers: readonly LayerChange[]): string[] {
  const same = layers.filter(({ change }) => change === 'same');
  const others = layers.filter(({ change }) => change !== 'same');
  const total = same.reduce((sum, layer) => sum + layer.bytes, 0);
  const count = (wanted: LayerChange['change']): number => others.filter(({ change }) => change === wanted).length;
  return [
    `Layers  ${same.length} the same (${bytes(total)}), ${count('removed')} removed, ${count('added')} added`,
    ...limited(others, ({ change, kind, title, bytes: size }) => {
      return `  ${mark(change)} ${kind.padEnd(12)} ${bytes(size).padStart(8)}  ${visible(title, true)}`;
    }),
  ];
}

function section<Change>(title: string, changes: readonly Change[], line: (change: Change) => string): string[] {
  return changes.length === 0 ? [] : ['', title, ...limited(changes, line)];
}

function limited<Change>(changes: readonly Change[], line: (change: Change) => string): string[] {
  const shown = changes.slice(0, shownLines).map(line);
  const more = changes.length - shown.length;
  return more === 0 ? shown : [...shown, `  … and ${more} more (--format json has all)`];
}

function packageLine({ name, before, after }: PackageChange): string {
  const change = before === null ? 'added' : after === null ? 'removed' : 'changed';
  const versions = [before, after].filter((version) => version !== null).map((version) => visible(version, true));
  return `  ${mark(change)} ${visible(name, true)} ${versions.join(' → ')}`;
}

function settingLine({ setting, before, after }: SettingChange): string {
  const shown = (value: string | null): string => (value === null ? '(not set)' : visible(shortened(value), true));
  return `  ${visible(setting, true)}: ${shown(before)} → ${shown(after)}`;
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function filesTitle(files: readonly FileChange[]): string {
  const count = (wanted: FileChange['change']): number => files.filter(({ change }) => change === wanted).length;
  return `Files (${count('added')} added, ${count('removed')} removed, ${count('changed')} changed)`;
}

function fileLine({ change, path, before, after }: FileChange): string {
  const sizes = [before, after].filter((size) => size !== null).map((size) => bytes(size));
  return `  ${mark(change)} ${visible(path, true)}  ${sizes.join(' → ')}`.trimEnd();
}

function mark(change: 'added' | 'removed' | 'changed' | 'same'): string {
  return { added: '+', removed: '-', changed: '~', same: ' ' }[change];
}
