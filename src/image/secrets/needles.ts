/** Bytes that must not be in an image. */
export interface Needle {
  /** Id of the secret in `image.secrets`. */
  readonly id: string;
  /** How the value is written: `plain`, `base64`, ... */
  readonly form: string;
  readonly bytes: Buffer;
}

/** What is looked for of one secret. */
export interface Needles {
  /** None twice; empty when the file has nothing that is secret, such as certificates alone. */
  readonly needles: readonly Needle[];
  /** How many passwords and tokens are too short to be looked for. */
  readonly tooShort: number;
}

/** Shorter values are found everywhere by chance. Bytes. */
export const shortest = 8;
/** What looks like a token must have this many characters, when nothing else says that it is one. */
const shortestToken = 20;
/** Parts of names that have letters and digits are short: `v2`, `cp312`, `x86`. Characters. */
const longestVersion = 5;

/**
 * What to look for in an image, so that a secret is found in whichever usual way it was written.
 * @param id of the secret
 * @param text content of its file
 * @returns what to look for
 */
export function needlesOf(id: string, text: string): Needles {
  const needles = new Map<string, Needle>();
  const { values, named } = secretValues(text);
  for (const value of values) {
    for (const [form, bytes] of forms(value)) {
      const key = bytes.toString('latin1');
      // The plainest form comes first.
      if (bytes.length >= shortest && !needles.has(key)) needles.set(key, { id, form, bytes });
    }
  }
  const tooShort = [...named].filter((value) => Buffer.byteLength(value) < shortest).length;
  return { needles: [...needles.values()], tooShort };
}

/** The parts of a secret file that are secret: all of it, and what stands in it as passwords and tokens; of these, what says so itself. */
function secretValues(text: string): { values: Set<string>; named: Set<string> } {
  // Certificates are public, and the same ones lie in most images.
  const content = text
    .replaceAll(/-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g, '')
    .replaceAll(/^\s*#.*$/gm, '')
    .trim();
  const values = new Set<string>();
  const named = new Set<string>();
  if (content === '') return { values, named };
  values.add(content);
  for (const [, block = ''] of content.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----([^-]+)-----END/g)) {
    for (const line of block.split('\n')) values.add(line.trim());
  }
  for (const [, user = '', password] of content.matchAll(/[a-z][a-z0-9+.-]*:\/\/([^\s/@:]+)(?::([^\s/@]*))?@/gi)) {
    // Some indexes take a token as the user, and an empty password.
    const secret = password === undefined || password === '' ? user : password;
    values.add(secret);
    values.add(decoded(secret));
    if (secret === password) named.add(decoded(secret));
    // What a client sends in base64.
    if (password !== undefined) values.add(`${decoded(user)}:${decoded(password)}`);
  }
  const assigned =
    /(?:password|passwd|passphrase|token|secret|api[_-]?key|auth|credentials?)["']?\s*[=:\s]\s*["']?([^\s"',;]+)/gi;
  for (const [, value = ''] of content.matchAll(assigned)) {
    values.add(value);
    named.add(value);
  }
  const hosts: string[] = [];
  const withoutHosts = content.replaceAll(
    /[a-z][a-z0-9+.-]*:\/\/(?:([^\s/@]*)@)?([^\s/?#"']*)/gi,
    (_, user = '', host) => {
      hosts.push(String(host));
      return `${user} `;
    },
  );
  for (const [token] of withoutHosts.matchAll(/[\w+=-]+/g)) {
    if (looksRandom(token) && !hosts.some((host) => host.includes(token))) values.add(token);
  }
  return { values, named };
}

/** A token, and not a name such as `pypi-mirror-eu-west-1`: letters and digits stand together in some longer part of it. */
function looksRandom(word: string): boolean {
  if (word.length < shortestToken || !/\d/.test(word) || !/[a-z]/i.test(word)) return false;
  return word.split(/[-_+=]/).some((part) => part.length > longestVersion && /\d/.test(part) && /[a-z]/i.test(part));
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
