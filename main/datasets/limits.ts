/** How much one file may ask of the studio. A file beyond a limit is quarantined with the limit as the reason. */

/** Pixels of one picture; 100 megapixels take about 300 MB while they are decoded. */
export const mostPixels = 100_000_000;
/** Shortest side of a source; below it there is nothing to see. */
export const leastSide = 8;
/** Longest side over shortest; beyond it a square shows a speck of the picture, or a thread. */
export const mostAspect = 20;
/** Bytes of one file or archive entry: it is read into memory as a whole. */
export const mostFileBytes = 256 * 2 ** 20;
/** Seconds for one picture. */
export const mostSeconds = 60;

/** Entries of one archive. */
export const mostEntries = 200_000;
/** Bytes that one archive may unpack to. They pass through memory one entry at a time. */
export const mostUnpackedBytes = 256 * 2 ** 30;
/** Unpacked over packed size. Pictures hardly shrink in an archive; a bomb shrinks a thousandfold and more. */
export const mostRatio = 100;
/** Below this unpacked size the ratio does not matter. */
export const ratioMattersFrom = 64 * 2 ** 20;

/** Source bytes in flight at once, so that memory does not grow with the number of pictures. */
export const mostBytesInFlight = 256 * 2 ** 20;
