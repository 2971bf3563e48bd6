import { rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const templateRules = {
  'template/escape': rule(
    'critical',
    'unsafe',
    'Servers render the template with Jinja; from such a name a template gets to any function of Python.',
    rewrite,
    {
      cwe: [1336, 94],
      cve: ['CVE-2024-34359'],
      bad: "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
      good: "{% for message in messages %}{{ message['content'] }}{% endfor %}",
    },
  ),
  'template/unlisted': rule(
    'medium',
    'inconclusive',
    'Chat templates of the well-known models do not need it, and what it reaches cannot be told.',
    'Use the template that the maker of the model publishes, or only filters, functions and methods that chat templates have.',
    { cwe: [1336], bad: "{{ messages|attr('x') }}", good: '{{ messages|tojson }}' },
  ),
  'template/size': rule(
    'medium',
    'inconclusive',
    'Rendering it takes memory or time without end, with every request.',
    'Use the template that the maker of the model publishes.',
    { cwe: [400, 770], bad: "{{ 'a' * 10**12 }}", good: "{{ '=' * 20 }}" },
  ),
  'template/invalid': rule(
    'medium',
    'inconclusive',
    'What cannot be parsed cannot be checked; renderers may read it differently.',
    'Repair the template, or use the one that the maker of the model publishes.',
    { cwe: [1336], bad: '{% raw %}', good: '{{ bos_token }}' },
  ),
} as const satisfies Record<string, Rule>;
