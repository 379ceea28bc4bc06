/** Addresses of a project's files. Paths may hold any character, so every segment is encoded on its own. */

/** `dataset/images/a b#1.png` → `dataset/images/a%20b%231.png`; works for either kind of slash. */
export function encodePath(path: string): string {
  return path
    .split(/[/\\]/)
    .filter((segment) => segment !== '')
    .map(encodeURIComponent)
    .join('/');
}
