import { examine } from './examine.ts';
import { llamacpp, llamacppChat, yamlOfServer } from './llamacpp.ts';

examine(llamacppChat);

examine({
  ...llamacpp('embedding'),
  name: 'llamacpp-embedding',
  yaml: `model: {path: model, outputs: [{name: vector, dtype: float32, shape: [-1, 16]}]}\n${yamlOfServer}`,
  golden: () => ({
    requests: [
      {
        name: 'a letter',
        body: { input: ['a'] },
        at: '$.data[0].embedding',
        expect: [1, ...Array<number>(15).fill(0)],
      },
    ],
  }),
  reds: {
    'wrong-shape': { says: /data\[0\]\.embedding has 32 numbers, expected 16/, also: ['golden', 'edges'] },
    nan: { says: /data\[0\]\.embedding\[0\] is null, which is how NaN is often written/, also: ['golden', 'edges'] },
    'slow-start': null,
    'crash-on-third': null,
    leak: null,
    'bad-input-500': null,
    'ignores-sigterm': null,
    'golden-mismatch': { says: /"a letter"/ },
    'wrong-digest': null,
  },
});
