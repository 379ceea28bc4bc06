/** The part of svgcanvas that `svg-context.ts` uses; the package has no types. */
declare module 'svgcanvas' {
  export class Context {
    constructor(size: { readonly width: number; readonly height: number });
    font: string;
    textAlign: CanvasTextAlign;
    textBaseline: CanvasTextBaseline;
    __currentElement: SVGElement;
    getSvg(): SVGSVGElement;
    __createElement(name: string, attributes: Readonly<Record<string, string | number>>, isPlain: boolean): SVGElement;
    __closestGroupOrSvg(): SVGElement;
    __applyText(text: string, x: number, y: number, action: 'fill' | 'stroke'): void;
    __applyTransformation(element: SVGElement): void;
    __applyStyleToCurrentElement(action: 'fill' | 'stroke'): void;
  }
}
