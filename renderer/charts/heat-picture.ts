/** A heat map as part of a saved picture: its cells, what is marked, and what the colours mean in numbers. */
import { heatColour } from './heat.ts';
import type { Paint } from './picture.ts';

export interface HeatPicture {
  /** Row by row, 0 to 1. */
  readonly heat: ArrayLike<number>;
  readonly columns: number;
  readonly marked: readonly { readonly row: number; readonly col: number }[];
  /** From cold to hot; `heat` is 0 to 1. */
  readonly ticks: readonly { readonly heat: number; readonly words: string }[];
  /** What is counted. */
  readonly label: string;
}

const legendHeight = 62;
const legendWidth = 260;
const legendSteps = 65;

const fillOf = (heat: number): string => `rgb(${heatColour(heat).join(', ')})`;

export function heatPaint(picture: () => HeatPicture): Paint {
  return (context, { width, height }, colours) => {
    const { heat, columns, marked, ticks, label } = picture();
    const rows = heat.length / columns;
    const side = Math.min(width / columns, (height - legendHeight) / rows);
    // Whole units, so that no gap shines through between cells.
    const edge = (cells: number) => Math.round(cells * side);
    for (let i = 0; i < heat.length; i++) {
      const [row, col] = [Math.floor(i / columns), i % columns];
      context.fillStyle = fillOf(heat[i]!);
      context.fillRect(edge(col), edge(row), edge(col + 1) - edge(col), edge(row + 1) - edge(row));
    }
    context.strokeStyle = '#ffffff';
    context.lineWidth = 1.5;
    context.setLineDash([4, 3]);
    for (const { row, col } of marked) context.strokeRect(edge(col) + 1, edge(row) + 1, side - 2, side - 2);
    context.setLineDash([]);
    const top = edge(rows) + 12;
    for (let i = 0; i < legendSteps; i++) {
      context.fillStyle = fillOf(i / (legendSteps - 1));
      context.fillRect((i * legendWidth) / legendSteps, top, legendWidth / legendSteps + 0.5, 8);
    }
    context.fillStyle = colours.ink;
    context.font = `11px ${colours.font}`;
    for (const { heat: place, words } of ticks) {
      context.textAlign = place === 0 ? 'left' : place === 1 ? 'right' : 'center';
      context.fillText(words, place * legendWidth, top + 22);
    }
    context.textAlign = 'left';
    context.fillText(label, 0, top + 40);
  };
}
