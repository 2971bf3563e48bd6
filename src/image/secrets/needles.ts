/** Bytes that must not be in an image. */
export interface Needle {
  /** Id of the secret in `image.secrets`. */
  readonly id: string;
  /** How the value is written: `plain`, `base64`, ... */
  readonly form: string;
  readonly bytes: Buffer;
}

/** Shorter values are found everywhere by chance. Bytes. */
const shortest = 8;
/** What looks like a token must have this many characters, when nothing else says that it is one. */
const shortestToken = 20;

/**
 * What to look for in an image, so that a secret is found in whichever usual way it was written.
 * @param id of the secret
 * @param text content of its file
 * @returns needles, none twice; empty when the file has nothing that is secret, such as certificates alone
 */
export function needlesOf(id: string, text: string): Needle[] {
  const needles = new Map<string, Needle>();
  for (const value of secretValues(text)) {
    for (const [form, bytes] of forms(value)) {
      const key = bytes.toString('latin1');
      // The plainest form comes first.
      if (bytes.length >= shortest && !needles.has(key)) needles.set(key, { id, form, bytes });
    }
  }
  return [...needles.values()];
}

/** The parts of a secret file that are secret: all of it, and what stands in it as passwords and tokens. */
function secretValues(text: string): Set<string> {
  // Certificates are public, and the same ones lie in most images.
  const content = text
    .replaceAll(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g, '')
    .replaceAll(/^\s*#.*$/gm, '')
    .trim();
  const values = new Set<string>();
  if (content === '') return values;
  values.add(content);
  for (const [, block = ''] of content.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]+)-----END/g)) {
    for (const line of block.split('\n')) values.add(line.trim());
  }
  for (const [, user = '', password] of content.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s/@:]+)(?::([^\s/@]*))?@/gi)) {
    values.add(password ?? user);
    values.add(decoded(password ?? user));
    // What a client sends in base64.
    if (password !== undefined) values.add(`${decoded(user)}:${decoded(password)}`);
  }
  const named =
    /(?:password|passwd|passphrase|token|secret|api[_-]?key|auth|credentials?)["']?\s*[=:\s]\s*["']?([^\s"',;]+)/gi;
  for (const [, value = ''] of content.matchAll(named)) values.add(value);
  for (const [token] of content.matchAll(/[\w+=-]+/g)) {
    if (token.length >= shortestToken && /\d/.test(token) && /[a-z]/i.test(token)) values.add(token);
  }
  return values;
}

/** A value as it is, and as URLs, JSON and base64 write it. */
function forms(value: string): [string, Buffer][] {
  return [
    ['plain', Buffer.from(value)],
    ['URL-encoded', Buffer.from(encodeURIComponent(value))],
    ['JSON', Buffer.from(JSON.stringify(value).slice(1, -1))],
    ...[0, 1, 2].flatMap((offset): [string, Buffer][] => {
      const inside = base64Inside(value, offset);
      return [
        ['base64', Buffer.from(inside)],
        ['base64', Buffer.from(inside.replaceAll('+', '-').replaceAll('/', '_'))],
      ];
    }),
  ];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // a percent sign that means itself
  }
}

/** The digits that a value has in base64 for certain when it begins at `offset` (modulo 3) of something larger. */
function base64Inside(value: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
  const whole = bytes.toString('base64');
  return whole.slice(Math.ceil((offset * 8) / 6), Math.floor((bytes.length * 8) / 6));
}
