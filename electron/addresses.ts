/** The window's addresses: the studio's pages at studio://app, files of the open project at studio://project. */

export const scheme = 'studio';
export const appOrigin = `${scheme}://app`;
export const projectOrigin = `${scheme}://project`;

/** The address of a project file. Names may hold any character, so every segment is encoded on its own. */
export function projectFileUrl(file: string): string {
  const segments = file.split(/[/\\]/).filter((segment) => segment !== '');
  return `${projectOrigin}/${segments.map(encodeURIComponent).join('/')}`;
}

/** Channels between preload and main. */
export const callChannel = (method: string): string => `studio:call:${method}`;
export const eventChannel = 'studio:event';
