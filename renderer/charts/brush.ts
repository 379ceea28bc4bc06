/** Choosing a range of values by dragging over a chart. */
import type { Attachment } from 'svelte/attachments';
import { draggedRange, pixelOf } from './axis.ts';
import type { AxisPlace, ValueRange } from './axis.ts';

/** Pixels of the canvas. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface BrushInput {
  readonly place: () => AxisPlace | undefined;
  /** The range at a point, whose ends can be taken and moved. */
  readonly rangeAt: (point: Point) => ValueRange | undefined;
  /** While it is dragged, and when it is let go; `start` is where the drag began. */
  readonly onbrush: (range: ValueRange, start: Point, isDone: boolean) => void;
  readonly onclick: (point: Point) => void;
  /** Undefined when the pointer is elsewhere. */
  readonly onhover: (point: Point | undefined) => void;
}

const clickPixels = 4;
const gripPixels = 6;

/** The end of a range that stays when the other one is taken at this pixel; undefined when no end is near. */
export function heldEnd(pixel: number, range: ValueRange | undefined, place: AxisPlace): number | undefined {
  if (range === undefined) return undefined;
  const [from, to] = range.map((value) => pixelOf(value, place));
  const [toFrom, toTo] = [Math.abs(pixel - from!), Math.abs(pixel - to!)];
  if (Math.min(toFrom, toTo) > gripPixels) return undefined;
  return toFrom < toTo ? to : from;
}

/** An attachment for the chart's canvas; the chart's own tooltips go on working. */
export function brushing(input: BrushInput): Attachment<HTMLCanvasElement> {
  return (canvas) => {
    let start: Point | undefined;
    /** The pixel from which the range is measured. */
    let anchor = 0;
    let isDragged = false;

    const pointOf = ({ offsetX, offsetY }: PointerEvent): Point => ({ x: offsetX, y: offsetY });
    const isInside = ({ x, y }: Point, { left, right, top, bottom }: AxisPlace) =>
      x >= left - gripPixels && x <= right + gripPixels && y >= top && y <= bottom;

    function onpointerdown(event: PointerEvent) {
      const place = input.place();
      const point = pointOf(event);
      if (event.button !== 0 || !place || !isInside(point, place)) return;
      start = point;
      anchor = heldEnd(point.x, input.rangeAt(point), place) ?? point.x;
      isDragged = anchor !== point.x;
      canvas.setPointerCapture(event.pointerId);
    }
    function onpointermove(event: PointerEvent) {
      const place = input.place();
      const point = pointOf(event);
      if (!place) return;
      if (start === undefined) {
        canvas.style.cursor = heldEnd(point.x, input.rangeAt(point), place) === undefined ? '' : 'ew-resize';
        input.onhover(isInside(point, place) ? point : undefined);
        return;
      }
      isDragged ||= Math.abs(point.x - start.x) >= clickPixels;
      if (isDragged) input.onbrush(draggedRange(anchor, point.x, place), start, false);
    }
    function onpointerup(event: PointerEvent) {
      const place = input.place();
      if (start === undefined || !place) return;
      if (isDragged) input.onbrush(draggedRange(anchor, pointOf(event).x, place), start, true);
      else input.onclick(start);
      start = undefined;
    }
    const ended = new AbortController();
    const { signal } = ended;
    canvas.addEventListener('pointerdown', onpointerdown, { signal });
    canvas.addEventListener('pointermove', onpointermove, { signal });
    canvas.addEventListener('pointerup', onpointerup, { signal });
    canvas.addEventListener('pointercancel', () => (start = undefined), { signal });
    canvas.addEventListener('pointerleave', () => input.onhover(undefined), { signal });
    canvas.style.touchAction = 'pan-y';
    return () => ended.abort();
  };
}
