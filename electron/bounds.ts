/** Where the window was, so that it opens there again, if that place is still on a display. */
import { readFileSync, writeFileSync } from 'node:fs';

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface SavedWindow {
  readonly bounds?: Bounds | undefined;
  readonly maximised: boolean;
}

export const defaultSize = { width: 1320, height: 880 } as const;
export const smallestSize = { width: 720, height: 520 } as const;

/** The saved window; the default when there is none or its file can not be read. */
export function loadWindow(file: string): SavedWindow {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const { bounds, maximised } = value as { readonly bounds?: unknown; readonly maximised?: unknown };
    return { ...(isBounds(bounds) ? { bounds } : {}), maximised: maximised === true };
  } catch {
    return { maximised: false };
  }
}

/** Losing it costs a drag of the window, so a failure is not worth a message. */
export function saveWindow(file: string, saved: SavedWindow): void {
  try {
    writeFileSync(file, JSON.stringify(saved));
  } catch {
    // A folder that can not be written is reported when the settings are saved.
  }
}

function isBounds(value: unknown): value is Bounds {
  if (typeof value !== 'object' || value === null) return false;
  const { x, y, width, height } = value as Record<string, unknown>;
  return [x, y, width, height].every((part) => Number.isFinite(part));
}

/** Enough of the title bar to take hold of. */
const graspWidth = 120;
const titleHeight = 32;

/** The bounds to open with: as saved if the title bar can be seen on a display, else the default size, centred. */
export function visibleBounds(saved: Bounds | undefined, areas: readonly Bounds[]): Bounds | typeof defaultSize {
  const canBeGrasped = (area: Bounds, { x, y, width }: Bounds) =>
    Math.min(x + width, area.x + area.width) - Math.max(x, area.x) >= graspWidth &&
    y >= area.y - 1 &&
    y + titleHeight <= area.y + area.height;
  if (saved && areas.some((area) => canBeGrasped(area, saved))) {
    return {
      ...saved,
      width: Math.max(saved.width, smallestSize.width),
      height: Math.max(saved.height, smallestSize.height),
    };
  }
  return defaultSize;
}
