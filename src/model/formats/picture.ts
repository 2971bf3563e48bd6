import type { Format, Head } from './format.ts';
import { loaded } from './loaded.ts';

const extensions = ['png', 'jpg', 'jpeg', 'gif', 'webp'];

/** Pictures of model cards. Only under their own extensions: under others, a program may take them for something else. */
export const picture: Format = {
  id: 'picture',
  title: 'a picture',
  extensions,
  detect: (head) => extensions.includes(head.extension) && pictureKind(head.bytes) !== null,
  inspect: loaded(async () => (await import('./picture-inspector.ts')).inspectPicture),
};

export type PictureKind = 'PNG' | 'JPEG' | 'GIF' | 'WebP';

/** The kind by the signature; null without one. */
export function pictureKind(bytes: Head['bytes']): PictureKind | null {
  const start = bytes.toString('latin1', 0, 12);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (start.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (/^GIF8[79]a/.test(start)) return 'GIF';
  return start.startsWith('RIFF') && start.endsWith('WEBP') ? 'WebP' : null;
}
