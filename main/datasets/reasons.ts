/** Why a file or folder could not be read, in plain words. */

/** Turns a Node file error into the reason that is shown beside the path. */
export function readFailure(path: string, thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      // A name that is not valid Unicode reaches us with replacement characters, and no such file exists.
      return path.includes('\ufffd')
        ? 'Its name holds bytes that are not valid text. Rename it and import again.'
        : 'It is not there any more.';
    case 'EACCES':
    case 'EPERM':
      return 'The studio is not allowed to read it. Change its permissions and import again.';
    case 'ELOOP':
      return 'It is a link that leads in a circle.';
    case 'EISDIR':
      return 'It is a folder, not a file.';
    case 'ENAMETOOLONG':
      return 'Its path is too long for this system. Move it to a shorter path and import again.';
    default:
      return `It could not be read (${thrown instanceof Error ? thrown.message : String(thrown)}).`;
  }
}
