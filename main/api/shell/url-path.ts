/** Reads a path out of a URL, segment by segment, so that nothing in it can leave its folder. */

/**
 * The decoded segments after `prefix`; undefined when a segment is empty, `.`, `..`, holds a slash, a backslash or a
 * NUL once decoded, or is not decodable. The query is ignored.
 */
export function pathSegments(url: string, prefix: string): readonly string[] | undefined {
  const path = url.split(/[?#]/)[0] ?? '';
  if (!path.startsWith(prefix)) return undefined;
  const segments = path.slice(prefix.length).split('/').map(decodeSegment);
  return segments.every((segment) => segment !== undefined) ? segments : undefined;
}

function decodeSegment(encoded: string): string | undefined {
  try {
    const segment = decodeURIComponent(encoded);
    const leads = segment === '' || segment === '.' || segment === '..' || /[/\\\0]/.test(segment);
    return leads ? undefined : segment;
  } catch {
    return undefined;
  }
}
