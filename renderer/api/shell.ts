/** Finds out which shell is around the window. */
import type { StudioBridge } from '../../main/api/contract/bridge.ts';
import { browserStudio, windowPorts } from './browser.ts';
import { electronStudio } from './electron.ts';

import type { Studio } from './studio.ts';

declare global {
  interface Window {
    /** Set by Electron's preload script, absent in a browser. */
    readonly studio?: StudioBridge<File>;
  }
}

export function shellStudio(): Studio {
  return window.studio ? electronStudio(window.studio) : browserStudio(windowPorts());
}
