import { rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const nemoRules = {
  'nemo/dangerous-target': rule(
    'critical',
    'unsafe',
    'NeMo constructs or calls it while the model is loaded.',
    rewrite,
    {
      cwe: [502, 913],
      cve: ['CVE-2025-23304'],
      bad: '`_target_: os.system` in model_config.yaml',
      good: '`_target_: nemo.collections.asr.modules.ConvASREncoder`',
    },
  ),
  'nemo/unlisted-target': rule(
    'medium',
    'inconclusive',
    'NeMo constructs or calls it while the model is loaded, and nobody vetted what that does.',
    'Use the classes of NeMo, or restore the model in a version of NeMo that checks its targets (2.3.2 or newer).',
    {
      cwe: [502, 913],
      cve: ['CVE-2025-23304'],
      bad: '`_target_: my_package.Encoder` in model_config.yaml',
      good: '`_target_: nemo.collections.asr.modules.ConvASREncoder`',
    },
  ),
} as const satisfies Record<string, Rule>;
