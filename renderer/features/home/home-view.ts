/** What the start screen says and checks. */
import type { RecentProject } from '../../api/studio.ts';
import { formatAgo } from '../../text/format.ts';

/** Why a project can not have this name; undefined when it can. The studio itself checks again. */
export function nameProblem(name: string): string | undefined {
  const trimmed = name.trim();
  if (trimmed === '') return 'Give the project a name.';
  if (/[/\\]/.test(trimmed)) return 'A name can not contain a slash.';
  return undefined;
}

/** `opened 3 days ago`, or that it is not where it was. */
export function recentNote(recent: RecentProject, now: number): string {
  return recent.exists ? `opened ${formatAgo(recent.openedAt, now)}` : 'not found there any more';
}

/** The folder that a project's folder lies in. */
export function parentOf(path: string): string {
  return path.replace(/[/\\][^/\\]+[/\\]?$/, '');
}
