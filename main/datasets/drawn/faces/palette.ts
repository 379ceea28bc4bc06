/** The colours people, clothes and walls are drawn in: chosen by hand so that any of them look well together. */
import { hex, hexes, mix, type Rgb } from '../colour.ts';

/** From the lightest to the deepest skin; a person's lies anywhere between two neighbours. */
const skins = hexes(
  '#fbe3d4',
  '#f8d3b8',
  '#f1bf9b',
  '#e3a57c',
  '#cf8a60',
  '#b37047',
  '#935636',
  '#734129',
  '#55301f',
  '#3f241b',
);

/** Skin of depth 0 (lightest) … 1 (deepest). */
export function skinOf(depth: number): Rgb {
  const position = depth * (skins.length - 1.001);
  const below = Math.floor(position);
  return mix(skins[below]!, skins[below + 1]!, position - below);
}

export const hairColours = {
  dark: hexes('#1d1a20', '#2a211f', '#3a2a23', '#241c24', '#4a3226'),
  brown: hexes('#5b3a26', '#6d452a', '#7d5233', '#8a5a3a', '#6a3f30'),
  red: hexes('#8c3b22', '#a64b25', '#bf6230', '#c9763f', '#7a2f26'),
  fair: hexes('#b98a4b', '#cfa35d', '#dcb876', '#e8cd98', '#f0dfb8'),
  grey: hexes('#8d8f97', '#b3b4ba', '#d3d2d2', '#ece9e4', '#6c6f78'),
  bright: hexes('#e0708f', '#7a6fd0', '#3f9aa8', '#5aa86e', '#d95f6b', '#4a6fc4', '#f0a3b6', '#8e4f9e'),
} as const;

export const irisColours = hexes(
  '#5a3a22',
  '#3c2a20',
  '#7a5230',
  '#4f7a4a',
  '#6b8a4c',
  '#4a7fa8',
  '#6fa0bf',
  '#7d8a96',
);

export const clothColours = hexes(
  '#e4572e',
  '#f3a712',
  '#f6d55c',
  '#3caea3',
  '#20639b',
  '#173f5f',
  '#7b4b94',
  '#d96c8a',
  '#f4b6a6',
  '#f5efe3',
  '#e8e3da',
  '#2e3138',
  '#4b5563',
  '#6a994e',
  '#386641',
  '#a7c957',
  '#bc4749',
  '#8d99ae',
  '#b08968',
  '#ddb892',
  '#5fa8d3',
  '#cae9ff',
  '#9d8cc9',
  '#c97b4a',
);

/** Round the hues, the light ones first, then the deep ones. */
export const wallColours = hexes(
  ...['#f7e9d7', '#fde2cf', '#f9cdb4', '#f6b99a', '#f4a582', '#f7c873', '#fadb8a', '#fbeab0', '#e6edb8', '#cde3b4'],
  ...['#a8d5a6', '#8fd0b8', '#a6dcd2', '#b9e3e6', '#9fd3e6', '#a9cdf0', '#8fb4e8', '#a9a9e6', '#c3b3ec', '#dcc4ee'],
  ...['#efc4e2', '#f6b8cb', '#f49fa8', '#e98080', '#d96c5f', '#d98e4a', '#c9a24e', '#8fae5d', '#5b9e7a', '#3f8f8f'],
  ...['#4f8fb0', '#456fa6', '#5d5fa6', '#84599e', '#a85a86', '#3d5a73', '#3b4263', '#4a5a4f', '#6b4a4a', '#8f7a66'],
);
export const skyColours = hexes(
  '#a8d8f0',
  '#8cc6ec',
  '#c4e4ee',
  '#fcd9b8',
  '#f9c0b0',
  '#f4b8c8',
  '#d0c4f0',
  '#7fb0dc',
  '#fbe3a6',
  '#5a78b0',
);
export const landColours = hexes(
  '#6fae6a',
  '#8fbf62',
  '#4f9a80',
  '#c8a85a',
  '#d98e5a',
  '#8a6fb0',
  '#4f7fa8',
  '#5a8f8a',
  '#b8788f',
);

export const lipColours = hexes('#c9524f', '#b23a48', '#d1687a', '#a4464f', '#8f3145', '#d9776a');
export const metals = hexes('#e2b84f', '#f0d58c', '#d6d9df', '#c98d6b');
export const gems = hexes('#3caea3', '#e4572e', '#f5efe3', '#7b4b94', '#20639b', '#d96c8a');
export const frameColours = hexes(
  '#24262e',
  '#3b2a22',
  '#6e3f2c',
  '#8c2f39',
  '#2f4858',
  '#c9a04e',
  '#b9bdc6',
  '#4b5d43',
);
export const white: Rgb = hex('#fbfaf7');
export const ink: Rgb = hex('#2b2024');
