/**
 * Keys. Of those that work everywhere none is a single letter, so that nothing happens while typing or speaking; in the viewer of
 * outliers, where nothing is typed, some are.
 */
import { placeNames, placeTitles } from './places.ts';
import type { PlaceName } from './places.ts';

/** Alt and a digit, by the key's position, so that it works on every keyboard layout. */
export function placeOfKey(event: {
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly code: string;
}): PlaceName | undefined {
  if (!event.altKey || event.ctrlKey || event.metaKey) return undefined;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  return digit === undefined ? undefined : placeNames[Number(digit) - 1];
}

export const shortcuts: readonly { readonly keys: string; readonly does: string }[] = [
  ...placeNames.map((name, i) => ({ keys: `Alt + ${i + 1}`, does: `Go to ${placeTitles[name]}` })),
  { keys: 'F1', does: 'This list, and the field’s words explained' },
  { keys: 'Arrow keys, Page up, Page down, Home, End', does: 'Move in a grid of pictures' },
  { keys: 'Enter', does: 'Look at the picture (in Pictures and Outliers) or choose only it (in Gallery)' },
  { keys: 'Space', does: 'Add the picture to the selection, or take it out (in Gallery and Outliers)' },
  { keys: 'Shift + click, or Shift + Enter', does: 'Select everything up to this picture (in Gallery and Outliers)' },
  { keys: 'Ctrl + A, ⌘ A', does: 'Select all pictures, while the grid has the focus (in Gallery and Outliers)' },
  { keys: 'Delete', does: 'Delete the selected pictures after a question (in Gallery)' },
  { keys: 'Ctrl + Z, ⌘ Z', does: 'Take back what was done last about pictures (in Pictures and Outliers)' },
  { keys: 'Left, Right', does: 'Go back and forth in time, while the slider of the samples has the focus' },
  { keys: '[ and ]', does: 'Go to the previous or the next outlier of a picture (in the viewer of Outliers)' },
  { keys: 'H, L', does: 'Show or hide the heat, or the loupe (in the viewer of Outliers)' },
  { keys: 'C', does: 'Check the cause of an outlier (in the viewer of Outliers)' },
  { keys: 'Ctrl + wheel, or two fingers', does: 'Zoom the charts of Outliers' },
  { keys: 'Escape', does: 'Close a dialog' },
];
