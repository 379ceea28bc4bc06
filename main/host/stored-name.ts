/** The path under which an uploaded file is kept: as asked for where the system allows it, never outside its folder. */
import { studioError } from '../base/errors.ts';

const deepest = 32;
/** Most file systems take names of 255 bytes; the rest is room for `.part` and a number. */
const longestName = 220;
const longestPath = 2000;
/** Device names that Windows reserves in every folder. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/**
 * Segments of the stored path. The same wish gives the same path; two wishes that a file system without case would
 * confuse get different ones. Throws `upload.badName`.
 * @param names names in use, folded → the wish; a new one is added
 */
export function storedName(
  wish: readonly string[],
  names: Map<string, string>,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  const name = wish.join('/');
  const refuse = (reason: string) => studioError('upload.badName', { name: name.slice(0, 200), reason });
  if (wish.length === 0 || wish.length > deepest) throw refuse(`it lies more than ${deepest} folders deep`);
  if (name.length > longestPath) throw refuse('its path is too long');
  for (const segment of wish) {
    if (segment === '' || segment === '.' || segment === '..' || /[/\\\0]/.test(segment)) {
      throw refuse('it would leave its folder');
    }
    if (Buffer.byteLength(segment) > longestName)
      throw refuse(`“${segment.slice(0, 40)}…” is too long for a file name`);
  }
  const segments = wish.map((segment) => (platform === 'win32' ? forWindows(segment) : segment));
  for (let attempt = 1; ; attempt++) {
    const tried = attempt === 1 ? segments : [...segments.slice(0, -1), numbered(segments.at(-1)!, attempt)];
    const folded = tried.join('/').normalize('NFC').toLowerCase();
    const holder = names.get(folded);
    if (holder !== undefined && holder !== name) continue;
    names.set(folded, name);
    return tried;
  }
}

function forWindows(segment: string): string {
  // Windows accepts neither these characters nor controls, nor a dot or space at the end.
  const safe = segment.replace(/[<>:"|?*\p{Cc}]/gu, '_').replace(/[. ]+$/, (end) => '_'.repeat(end.length));
  return reserved.test(safe) ? `_${safe}` : safe;
}

/** `a.jpg`, 2 → `a (2).jpg`. */
function numbered(name: string, n: number): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${n})${name.slice(dot)}` : `${name} (${n})`;
}
