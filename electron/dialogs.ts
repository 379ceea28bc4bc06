/** Native dialogs. */
import { BrowserWindow, dialog } from 'electron';
import type { MessageBoxOptions, OpenDialogOptions } from 'electron';
import type { WireError } from '../main/base/errors.ts';

/** Dialogs belong to the window in front of which they appear. */
const front = () => BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];

/** Folders to import from, or one to keep projects in; empty when the person cancelled. */
export async function pickFolders(options: OpenDialogOptions = {}): Promise<readonly string[]> {
  const parent = front();
  const asked: OpenDialogOptions = {
    properties: ['openDirectory', 'multiSelections', 'createDirectory'],
    buttonLabel: 'Choose',
    ...options,
  };
  const { canceled, filePaths } = parent
    ? await dialog.showOpenDialog(parent, asked)
    : await dialog.showOpenDialog(asked);
  return canceled ? [] : filePaths;
}

/** Asks a question; the index of the button that was chosen. */
export async function ask(question: MessageBoxOptions): Promise<number> {
  const parent = front();
  const { response } = parent ? await dialog.showMessageBox(parent, question) : await dialog.showMessageBox(question);
  return response;
}

/** Says what went wrong, what it means and what to do. */
export async function showError({ what, means, advice }: Pick<WireError, 'what' | 'means' | 'advice'>): Promise<void> {
  await ask({ type: 'error', title: 'Cauchy Studio', message: what, detail: `${means}\n\n${advice}`, buttons: ['OK'] });
}
