import type { Format } from './format.ts';
import { Whole } from './whole.ts';

/** Largest template that is held in memory. Bytes. */
const maxBytes = 4 * 1024 * 1024;

/** Chat templates in files of their own: `chat_template.jinja`. */
export const jinja: Format = {
  id: 'jinja',
  title: 'a Jinja template',
  extensions: ['jinja', 'jinja2', 'j2'],
  detect: ({ extension, bytes }) => ['jinja', 'jinja2', 'j2'].includes(extension) && !bytes.includes(0),
  inspect: ({ findings }) =>
    new Whole(maxBytes, async (content, bytes) => {
      if (content === null) findings.add('template/invalid', null, `The template has ${bytes} bytes.`);
      else {
        // Large, and most models have none.
        const { judgeTemplate } = await import('../templates/chat-template.ts');
        for (const { rule, message } of judgeTemplate(content.toString('utf8'))) findings.add(rule, null, message);
      }
      return { format: 'jinja', facts: {} };
    }),
};
