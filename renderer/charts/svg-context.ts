/** A canvas context that draws vectors. */
import { Context } from 'svgcanvas';

const anchors: Partial<Record<CanvasTextAlign, string>> = { center: 'middle', right: 'end', end: 'end' };
const baselines: Partial<Record<CanvasTextBaseline, string>> = {
  ...{ middle: 'central', top: 'text-before-edge', hanging: 'hanging', bottom: 'text-after-edge' },
};

/** The library takes a font apart with a style attribute, which the studio's content policy forbids; a style object may do the same. */
class PolicyContext extends Context {
  override __applyText(text: string, x: number, y: number, action: 'fill' | 'stroke'): void {
    const { style } = document.createElement('span');
    style.font = this.font;
    const parent = this.__closestGroupOrSvg();
    const element = this.__createElement(
      'text',
      {
        ...{ 'font-family': style.fontFamily, 'font-size': style.fontSize, 'font-weight': style.fontWeight },
        ...{ x, y, 'text-anchor': anchors[this.textAlign] ?? 'start' },
        'dominant-baseline': baselines[this.textBaseline] ?? 'alphabetic',
      },
      true,
    );
    element.textContent = text;
    this.__currentElement = element;
    this.__applyTransformation(element);
    this.__applyStyleToCurrentElement(action);
    parent.appendChild(element);
  }
}

export interface SvgCanvas {
  readonly context: CanvasRenderingContext2D;
  readonly svg: () => SVGSVGElement;
}

/** @param width in units of the drawing */
export function svgCanvas(width: number, height: number): SvgCanvas {
  const context = new PolicyContext({ width, height });
  return { context: context as unknown as CanvasRenderingContext2D, svg: () => context.getSvg() };
}
