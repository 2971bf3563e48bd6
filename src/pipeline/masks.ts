/** Shorter values would blank out ordinary words of the log. */
const shortest = 6;

/** Keys of a kubeconfig, a Docker configuration or a Secret whose values are secret. */
const secretEntry =
  /["']?\b(?:token|password|client-key-data|auth|identitytoken|registrytoken|refresh-token|id-token|access-token|client-secret)["']?\s*:\s*["']?([^\s"',}]+)/gi;

/**
 * Values to hide in a log when a secret text is known: the secret values inside it when it is a kubeconfig or a Docker configuration, else each
 * of its lines (the runner compares line by line), what they decode to, and how they look inside JSON, an address and any base64 text.
 * @param secret a token, or the content of a file with credentials
 * @returns longest first, none shorter than six characters
 */
export function masksOf(secret: string): string[] {
  const text = secret.trim();
  const entries = [...text.matchAll(secretEntry)].flatMap(([, value]) => (value === undefined ? [] : [value]));
  const values = entries.length > 0 ? entries.flatMap((value) => [value, ...decoded(value)]) : [text];
  const masks = new Set<string>();
  for (const value of values) {
    for (const line of value.split(/\r?\n/)) {
      if (!line.startsWith('-----')) masks.add(line.trim()); // not the header of a PEM block
    }
    for (const form of [...base64Forms(value), ...quotedForms(value)]) masks.add(form);
  }
  return [...masks].filter((mask) => mask.length >= shortest).sort((a, b) => b.length - a.length);
}

/** `auth` and `client-key-data` are themselves base64: the text inside, and the password of `user:password`. */
function decoded(value: string): string[] {
  const text = Buffer.from(value, 'base64').toString('utf8');
  const bare = (encoded: string): string => encoded.replace(/=+$/, '');
  if (bare(Buffer.from(text, 'utf8').toString('base64')) !== bare(value)) return []; // it only looked like base64
  const password = /^[^:\n]*:([^\n]+)$/.exec(text)?.[1];
  return password === undefined ? [text] : [text, password];
}

/** How a value with special characters looks inside JSON and inside an address. */
function quotedForms(value: string): string[] {
  return [JSON.stringify(value).slice(1, -1), encodeURIComponent(value.toWellFormed())];
}

/** How a value looks in the base64 form of any text around it: three alignments, without the characters that its neighbours decide. */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value, 'utf8');
  const forms = [bytes.toString('base64')];
  for (const shift of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}
