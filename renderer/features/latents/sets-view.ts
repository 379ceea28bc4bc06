/** Sets of latents in plain words. */
import type { LatentCache } from '../../api/studio.ts';
import type { Question } from '../../app/app-state.svelte.ts';
import { count, formatBytes } from '../../text/format.ts';

export interface SetState {
  readonly words: string;
  readonly tone: 'good' | 'plain' | 'warn';
  readonly help: string;
}

export function setState({ complete, upToDate, chosen }: LatentCache): SetState {
  if (!complete)
    return { words: 'Not finished', tone: 'warn', help: 'Encode with the same compressor and options to go on.' };
  if (!upToDate)
    return {
      words: 'Of other pictures',
      tone: 'warn',
      help: 'Pictures were added or removed since. Encoding again only does what is new.',
    };
  return chosen
    ? { words: 'In use', tone: 'good', help: 'Training starts from this set.' }
    : { words: 'Complete', tone: 'plain', help: 'Training can start from it once you choose it.' };
}

export const canUse = ({ complete, upToDate, chosen }: LatentCache): boolean => complete && upToDate && !chosen;

export const totalBytes = (sets: readonly LatentCache[]): number => sets.reduce((sum, { bytes }) => sum + bytes, 0);

/** Neither chosen nor needed by a run. */
export const unneeded = (sets: readonly LatentCache[]): LatentCache[] =>
  sets.filter(({ chosen, usedBy }) => !chosen && usedBy.length === 0);

/** `“a”`, `“a” and “b”`, `“a”, “b” and 3 more`. */
export function runNames(names: readonly string[]): string {
  const quoted = names.map((name) => `“${name}”`);
  if (quoted.length <= 1) return quoted.join('');
  return quoted.length <= 3
    ? `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
    : `${quoted.slice(0, 2).join(', ')} and ${quoted.length - 2} more`;
}

/** What is lost with a set, before it is deleted. */
export function deletionQuestion(set: LatentCache, vae: string): Question {
  const { usedBy, chosen, bytes, pictures } = set;
  const lost = [
    usedBy.length > 0 &&
      `${count(usedBy.length, 'run needs', 'runs need')} it: ${runNames(usedBy)} can then neither go on nor make pictures.`,
    chosen && 'Training starts from it: before the next run you have to choose another set or encode again.',
    usedBy.length === 0 && !chosen && 'No run needs it.',
  ].filter((part) => part !== false);
  return {
    title: `Delete the set made with “${vae}”?`,
    text: `${formatBytes(bytes)} are freed. ${lost.join(' ')} To have it again, ${count(pictures, 'picture has', 'pictures have')} to be encoded again.`,
    action: usedBy.length > 0 ? 'Delete all the same' : 'Delete',
    danger: true,
  };
}

export function cleanUpQuestion(sets: readonly LatentCache[]): Question {
  return {
    title: `Delete ${count(sets.length, 'set', 'sets')} that nothing needs?`,
    text: `${formatBytes(totalBytes(sets))} are freed. The set in use and those that runs were trained on stay.`,
    action: 'Clean up',
    danger: true,
  };
}

/** `3 sets, 12 MB on the disk`. */
export const setsLine = (sets: readonly LatentCache[]): string =>
  `${count(sets.length, 'set')}, ${formatBytes(totalBytes(sets))} on the disk`;
