import { posix } from 'node:path';
import { trainingFile, weightForms } from '../../training-files.ts';
import { bytes, plural } from '../../report/format.ts';
import type { WholeModel } from '../checks/check.ts';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';

/** Tensors that optimizers keep per weight. */
const optimizerKey =
  /(^|[./_])(exp_avg(_sq)?|max_exp_avg_sq|momentum_buffer|square_avg|adam_[mv]|optimizer(_state(_dict|s)?)?)([./_]|$)/;
/** What training left behind, and weights that are there in several forms. */
export function trainingAdvice({ files }: WholeModel): void {
  for (const file of files) {
    if (trainingFile.test(posix.basename(file.entry.path))) {
      file.findings.add(
        'size/optimizer-state',
        null,
        `The file (${bytes(file.bytes)}) is one that training saves to go on later.`,
      );
      continue;
    }
    const found = (file.inspected.tensors ?? []).filter(({ name }) => optimizerKey.test(name));
    const [first] = found;
    if (first === undefined) continue;
    const size = bytes(found.reduce((sum, tensor) => sum + tensor.bytes, 0));
    file.findings.add(
      'size/optimizer-state',
      null,
      `State of an optimizer: ${plural(found.length, 'tensor')} of ${size}, such as "${printable(first.name)}".`,
    );
  }
  for (const [folder, own] of Map.groupBy(files, ({ entry }) => posix.dirname(entry.path))) duplicateForms(folder, own);
}

function duplicateForms(folder: string, files: readonly InspectedFile[]): void {
  const found = weightForms
    .map(([form, pattern]) => ({ form, files: files.filter(({ entry }) => pattern.test(posix.basename(entry.path))) }))
    .filter((each) => each.files.length > 0);
  const [kept, ...others] = found;
  const [first] = kept?.files ?? [];
  if (first === undefined || others.length === 0) return;
  const size = others.flatMap((each) => each.files).reduce((sum, file) => sum + file.bytes, 0);
  const names = others
    .map(({ form, files: [file] }) => `${form} (${posix.basename(file?.entry.path ?? '')})`)
    .join(', ');
  const where = folder === '.' ? '' : ` of ${printable(folder)}`;
  first.findings.add(
    'size/duplicate-formats',
    null,
    `The weights${where} are there as ${kept?.form ?? ''} and again as ${names}: ${bytes(size)} more.`,
  );
}
