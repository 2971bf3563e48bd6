import type { InspectedFile } from '../inspect.ts';
import type { Layout } from './layout.ts';
import type { Unit } from './unit.ts';

/** Weights of models that are recognised and not looked into: bytes without any mark of their own, known by where they stand. */
export const opaqueWeights: Layout = {
  id: 'opaque-weights',
  check: (unit) => {
    for (const file of unit.files) {
      if (file.inspected.unaccounted !== true) continue;
      const owner = ownerOf(unit, file);
      if (owner === null) continue;
      unit.account(file, 'weights');
      unit.add(file, 'opaque/other', null, `These are weights of ${owner}.`);
    }
    return {};
  },
};

/** `model.bin` beside the OpenVINO model `model.xml`; the weights in a package of Core ML. */
function ownerOf(unit: Unit, { entry: { path } }: InspectedFile): string | null {
  if (path.endsWith('.bin') && unit.file(path.replace(/bin$/, 'xml'))?.inspected.format === 'openvino') {
    return 'the OpenVINO model beside it';
  }
  const [, data] = /^(.*com\.apple\.CoreML\/)weights\/[^/]+\.bin$/.exec(path) ?? [];
  return data !== undefined && unit.below(data.slice(0, -1)).some(({ inspected }) => inspected.format === 'coreml')
    ? 'the Core ML model beside them'
    : null;
}
