import { bytes, count, percent, plural } from '../../report/format.ts';
import type { WholeModel } from '../checks/check.ts';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { TensorFacts } from '../tensors.ts';

/** Savings below this are not worth a line. Bytes. */
const worthwhile = 1024 * 1024;
/** Names that a finding gives; more are counted. */
const named = 3;

/** What the data of the tensors proves, file by file: lossless savings, equal and constant tensors, numbers that are none. */
export function tensorAdvice({ files }: WholeModel): void {
  for (const file of files) {
    const tensors = file.inspected.tensors ?? [];
    if (tensors.length === 0) continue;
    exactInBfloat16(file, tensors);
    constants(file, tensors);
    notFinite(file, tensors);
  }
  duplicates(files);
}

function exactInBfloat16({ findings }: InspectedFile, tensors: readonly TensorFacts[]): void {
  const wide = tensors.filter(({ dtype }) => dtype === 'F32');
  const exact = wide.filter(({ data }) => data?.exactInBf16 === true && !data.constant);
  const saved = sum(exact, ({ bytes: size }) => size) / 2;
  if (saved < worthwhile) return;
  const elements = sum(exact, (tensor) => tensor.elements);
  findings.add(
    'size/bfloat16',
    null,
    `${exact.length} of ${plural(wide.length, 'float32 tensor')} (${names(exact)}) have only values that bfloat16 holds, checked on all ${count(elements)} elements: ${bytes(saved)} of ${bytes(sum(tensors, ({ bytes: size }) => size))} can go.`,
  );
}

function constants({ findings }: InspectedFile, tensors: readonly TensorFacts[]): void {
  const found = tensors.filter(({ data, bytes: size }) => data?.constant === true && size >= worthwhile);
  if (found.length === 0) return;
  const size = bytes(sum(found, (tensor) => tensor.bytes));
  findings.add(
    'size/constant-tensors',
    null,
    `One value everywhere: ${plural(found.length, 'tensor')} of ${size} (${names(found)}).`,
  );
}

function notFinite({ findings }: InspectedFile, tensors: readonly TensorFacts[]): void {
  const found = tensors.filter(({ data }) => (data?.nan ?? 0) + (data?.infinite ?? 0) > 0);
  if (found.length === 0) return;
  const nan = sum(found, ({ data }) => data?.nan ?? 0);
  const infinite = sum(found, ({ data }) => data?.infinite ?? 0);
  const all = sum(found, ({ elements }) => elements);
  findings.add(
    'size/not-finite',
    null,
    `In ${plural(found.length, 'tensor')} (${names(found)}), ${count(nan)} elements are not a number and ${count(infinite)} are infinite: ${percent((nan + infinite) / all)} of all.`,
  );
}

function duplicates(files: readonly InspectedFile[]): void {
  const groups = new Map<string, { file: InspectedFile; tensor: TensorFacts }[]>();
  for (const file of files) {
    for (const tensor of file.inspected.tensors ?? []) {
      if (tensor.data === undefined || tensor.data.constant) continue;
      const key = `${tensor.dtype} ${tensor.bytes} ${tensor.data.hash}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ file, tensor }]);
      else group.push({ file, tensor });
    }
  }
  const equal = [...groups.values()].filter(({ length }) => length > 1);
  for (const [file, own] of Map.groupBy(equal, ([first]) => first?.file)) {
    const saved = sum(own, (group) => (group.length - 1) * (group[0]?.tensor.bytes ?? 0));
    if (file === undefined || saved < worthwhile) continue;
    const told = own.slice(0, named).map((group) =>
      group
        .slice(0, named)
        .map(({ tensor }) => `"${printable(tensor.name)}"`)
        .join(' = '),
    );
    const more = own.length > named ? ` and ${plural(own.length - named, 'more group')}` : '';
    file.findings.add(
      'size/duplicate-tensors',
      null,
      `Tensors with equal data: ${told.join('; ')}${more}. ${bytes(saved)} can go.`,
    );
  }
}

function names(tensors: readonly TensorFacts[]): string {
  const told = tensors.slice(0, named).map(({ name }) => `"${printable(name)}"`);
  return `${told.join(', ')}${tensors.length > named ? `, and ${tensors.length - named} more` : ''}`;
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
