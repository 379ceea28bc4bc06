/** The window's own colours follow the theme that the person chose in the settings. */
import { nativeTheme } from 'electron';
import { callStudio } from '../main/api/shell/call.ts';
import type { StudioApp } from '../main/api/studio.ts';

type Theme = 'system' | 'light' | 'dark';

export async function followTheme(studio: StudioApp): Promise<void> {
  const settings = await callStudio(studio.handlers, 'settings.get', {});
  if (settings.ok) nativeTheme.themeSource = (settings.output as { theme: Theme }).theme;
  studio.subscribe((event, payload) => {
    if (event === 'settings') nativeTheme.themeSource = (payload as { theme: Theme }).theme;
  });
}
