import { describe, expect, test } from 'vitest';
import { type EngineNeed, judgeEngine, tensorrtOf } from '../../src/gpu/tensorrt.ts';

const engine = (more: Partial<EngineNeed> = {}): EngineNeed => ({
  path: 'm/1/model.plan',
  version: '8.6.1.6',
  capability: 8.6,
  image: { version: '8.6.1.6', from: 'TRT_VERSION of the image' },
  strict: true,
  ...more,
});
const image = (version: string) => ({ version, from: 'TRT_VERSION of the image' });

describe('an engine of TensorRT', () => {
  test('of the same version and GPU: nothing is said; builds of a patch and versions with fewer numbers are the same', () => {
    for (const version of ['8.6.1.6', '8.6.1.2', '8.6.1', '8.6']) {
      expect(judgeEngine(engine({ image: image(version) }), 8.6, 'GPU 0')).toEqual({ reasons: [], warnings: [] });
    }
  });

  test.each<[string, Partial<EngineNeed>, number, RegExp]>([
    [
      'Triton with another version',
      { image: image('10.3.0.26') },
      8.6,
      /model\.plan was built with TensorRT 8\.6\.1\.6, the image has 10\.3\.0\.26 \(TRT_VERSION of the image\): Triton loads/,
    ],
    ['an older TensorRT', { version: '10.3.0.26', strict: false }, 8.6, /no engine runs with an older version/],
    [
      'another GPU, one before Ampere',
      { capability: 7.5 },
      8.6,
      /compute capability 7\.5, GPU 0 has 8\.6: .* that one only/,
    ],
    ['another GPU, the other before Ampere', {}, 7.5, /compute capability 8\.6, GPU 0 has 7\.5/],
  ])('can never run: %s', (_, more, capability, reason) => {
    const { reasons } = judgeEngine(engine(more), capability, 'GPU 0');
    expect(reasons).toEqual([expect.stringMatching(reason)]);
  });

  test.each<[string, Partial<EngineNeed>, RegExp]>([
    ['a newer TensorRT', { image: image('10.3.0'), strict: false }, /only if it was built version-compatible/],
    ['a later GPU', { capability: 8 }, /only if it was built hardware-compatible \(Ampere and later\)/],
    [
      'an unknown TensorRT',
      { image: null },
      /is not known \(looked at TRT_VERSION of the image, server\.requirements\)/,
    ],
    ['a file that does not tell', { version: null, capability: null }, /which its file does not tell/],
  ])('may not run: %s', (_, more, warning) => {
    const { reasons, warnings } = judgeEngine(engine(more), 8.6, 'GPU 0');
    expect(reasons).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  test('TensorRT in the image', () => {
    expect(tensorrtOf({ TRT_VERSION: '8.6.1.6+cuda12.0.1.011' }, 'tensorrt==10.3.0')?.version).toBe('8.6.1.6');
    expect(tensorrtOf({}, 'numpy==2\ntensorrt-cu12==10.3.0 --hash=x\n')).toEqual({
      version: '10.3.0',
      from: 'tensorrt-cu12==10.3.0',
    });
    expect(tensorrtOf(null, 'tensorrt>=10')).toBeNull();
  });
});
