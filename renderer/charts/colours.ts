/** The colours of the charts, as the theme has them at the moment. */

export interface ChartColours {
  /** Titles. */
  readonly text: string;
  /** Axes and their words. */
  readonly ink: string;
  readonly grid: string;
  /** What the chart is about. */
  readonly main: string;
  /** The same, behind. */
  readonly faint: string;
  /** What it is compared with. */
  readonly second: string;
  /** Borders and notes. */
  readonly mark: string;
  readonly bad: string;
  readonly back: string;
  readonly font: string;
}

/** The same colour behind other things. @param colour `rgb(…)`, as the theme's are read */
export const faded = (colour: string): string => colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.35)');

export function readColours(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--chart-${name}`).trim();
  return {
    text: style.color,
    ink: colour('ink'),
    grid: colour('grid'),
    main: colour('main'),
    faint: colour('faint'),
    second: colour('second'),
    mark: colour('mark'),
    bad: colour('bad'),
    back: colour('back'),
    font: style.fontFamily,
  };
}
