/** The fake's answers about why values are extreme: true of its planted pictures and of its habit, and of no other. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import type { Input, Output } from '../studio.ts';
import type { FakeOutliers } from './outliers.ts';
import { planted } from './outliers.ts';
import type { FakeWorld } from './world.ts';

type Methods = 'latents.causes' | 'latents.checkCause';
type Place = NonNullable<Input<'latents.causes'>['place']>;
type Tag = Output<'latents.causes'>['tags'][number];
type Check = Output<'latents.checkCause'>;

/** The square is the middle quarter; beyond its neighbours all is black. */
function flat(place: Place | undefined, side: number): Tag {
  const isNear = (at: number) => at >= (3 * side) / 8 - 1 && at <= (5 * side) / 8;
  const [evidence, what] =
    place === undefined
      ? [0.97, 'of this picture’s pixels are pure black']
      : isNear(place.row) && isNear(place.col)
        ? [0.89, 'of the pixels around this place are pure white, black or another full colour']
        : [1, 'of the pixels around this place are pure black'];
  return {
    ...{ kind: 'flat', where: place ? 'place' : 'picture', strength: evidence, evidence, title: 'Flat area' },
    words: `${Math.round(100 * evidence)} % ${what}, without any detail.`,
  };
}
const contrast = (where: Tag['where']): Tag => ({
  ...{ kind: 'contrast', where, strength: 1, evidence: 1, title: 'Extreme contrast' },
  words: `100 % of neighbouring pixels ${where === 'place' ? 'around this place' : 'in this picture'} differ by almost as much as black and white.`,
});
const habitTag = (share: number): Tag => ({
  ...{ kind: 'habit', where: 'place', strength: 0.6, evidence: share, title: 'VAE habit' },
  words: `${Math.round(100 * share)} % of all pictures have a far value at this very place: a habit of the compressor (VAE), not of this picture.`,
});
const edgeTag: Tag = {
  ...{ kind: 'edge', where: 'place', strength: 0.5, evidence: 0.67, title: 'Picture border' },
  words:
    'The place is at the edge of the picture, beyond which the compressor (VAE) sees nothing. Border cells are 44 % of all, and have 67 % of the far values of all pictures.',
};

/** z after blurring 1, 3 and 5 cells, as a share of what it was: of a planted pattern, and of anything else. */
const shares = { local: [0.72, 0.21, 0.06], elsewhere: [0.99, 0.97, 0.93] } as const;
const squareWords = (cells: number) => (cells === 1 ? 'the cell alone' : `${cells} × ${cells} cells`);

export function fakeCauseHandlers(
  world: FakeWorld,
  outliers: () => FakeOutliers,
): Pick<Handlers<StudioContract>, Methods> {
  function habitAt({ channel, row, col }: Place): number | undefined {
    const { habits } = outliers().positions();
    return habits.find((habit) => habit.channel === channel && habit.row === row && habit.col === col)?.share;
  }
  const isOutermost = ({ row, col }: Place) => [row, col].some((at) => at === 0 || at === world.latentSide - 1);

  function tagsOf(picture: number, place: Place | undefined): Tag[] {
    const where = place ? 'place' : 'picture';
    const habit = place && habitAt(place);
    return [
      ...(picture === planted.square ? [flat(place, world.latentSide)] : []),
      ...(picture === planted.checkerboard ? [contrast(where)] : []),
      ...(habit === undefined ? [] : [habitTag(habit)]),
      ...(place && isOutermost(place) ? [edgeTag] : []),
    ];
  }

  function checkOf(picture: number, place: Place): Check {
    const { statistics } = outliers();
    const { channel, row, col } = place;
    const { shape, values, z } = outliers().latentsOf(picture);
    const element = (channel * shape[1] + row) * shape[2] + col;
    const facts = statistics.channels[channel]!;
    const judge = (value: number, at: number): Check['now'] => {
      const isIn = ([low, high]: readonly [number, number]) => value >= low && value <= high;
      return {
        value,
        z: at,
        within: isIn(facts.innerFences) ? 'inner' : isIn(facts.outerFences) ? 'outer' : 'neither',
      };
    };
    const now = judge(values[element]!, z[element]!);
    const isPlanted = picture === planted.square || picture === planted.checkerboard;
    const verdict = isPlanted && habitAt(place) === undefined ? 'local' : 'elsewhere';
    const blurred = shares[verdict].map((share, i) => ({
      ...judge(facts.median + share * (now.value - facts.median), share * now.z),
      cells: 2 * i + 1,
    }));
    const inside = blurred.find(({ within }) => within === 'inner');
    const words =
      verdict === 'local'
        ? `Blurring ${squareWords(inside?.cells ?? 5)} takes the value within the fences: the cause is there.`
        : `Blurring changes little (z ${now.z.toFixed(1)}, at best ${blurred[2]!.z.toFixed(1)}): the cause is elsewhere. It may be the picture as a whole, its border, or the compressor (VAE).`;
    return { cell: 8, stored: now, now, isSame: true, blurred, verdict, words };
  }

  const indexOf = (id: string): number => {
    const picture = parseInt(id, 16);
    if (!(picture < outliers().statistics.pictures))
      throw studioError('storage.notFound', { path: `latents of picture ${id}` });
    return picture;
  };
  return {
    'latents.causes': ({ picture, place }) => ({ tags: tagsOf(indexOf(picture), place), untested: [] }),
    'latents.checkCause': async ({ picture, ...place }) => {
      const index = indexOf(picture);
      const start = { kind: 'cause', title: 'Checking a cause', unit: 'encodings', total: 4, perSecond: 10 } as const;
      await new Promise<void>((resolve) =>
        world.start(
          start,
          () => undefined,
          () => resolve(),
        ),
      );
      return checkOf(index, place);
    },
  };
}
