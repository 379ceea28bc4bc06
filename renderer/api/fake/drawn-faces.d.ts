/** Portraits drawn by the studio's own code, baked into one picture when the fake is built. */
declare module 'virtual:drawn-faces' {
  export const sprite: {
    readonly url: string;
    readonly side: number;
    readonly columns: number;
    readonly count: number;
  };
}
