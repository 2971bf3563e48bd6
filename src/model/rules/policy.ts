import { rule, type Rule } from './rule.ts';

export const policyRules = {
  'policy/allowed': rule('info', 'clean', 'Allowed by this project.', 'Nothing to do until the entry expires.'),
  'policy/expired': rule(
    'high',
    'inconclusive',
    'An allow entry counts until its date.',
    'Look at the name again; then renew the date of the entry in model.allow, or remove the entry and the need for it.',
  ),
  'policy/size': rule(
    'high',
    'unsafe',
    'The limit model.maxBytes protects cluster and start times.',
    'Make the model smaller, or raise model.maxBytes.',
  ),
} as const satisfies Record<string, Rule>;
