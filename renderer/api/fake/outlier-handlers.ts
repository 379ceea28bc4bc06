/** The fake's answers about outliers. */
import { studioError } from '../../../main/base/errors.ts';
import type { Handlers } from '../../../main/base/rpc.ts';
import type { StudioContract } from '../../../main/api/contract/contract.ts';
import { fakeCauseHandlers } from './causes.ts';
import { hex, portrait } from './facts.ts';
import { latentStatistics } from './figures.ts';
import { FakeOutliers, planted } from './outliers.ts';
import { plantedUrl } from './pictures.ts';
import type { FakeWorld } from './world.ts';

type Methods =
  | 'latents.statistics'
  | 'latents.outliers'
  | 'latents.outlierPictures'
  | 'latents.positions'
  | 'latents.ofPicture'
  | 'latents.causes'
  | 'latents.checkCause';

const most = 20_000;
const plantedNames = new Map<number, string>([
  [planted.square, 'a white square.png'],
  [planted.checkerboard, 'a checkerboard.png'],
]);

export function fakeOutlierHandlers(world: FakeWorld): Pick<Handlers<StudioContract>, Methods> {
  let made: { readonly key: string; readonly outliers: FakeOutliers } | undefined;
  const isThere = () => world.project?.latents.complete ?? false;
  const statistics = () => latentStatistics(world.project!.pictures.used, world.latentSide);
  const outliers = () => {
    if (!isThere()) throw studioError('latents.missing', {});
    const key = `${world.project!.pictures.used} ${world.latentSide}`;
    if (made?.key !== key) {
      made = { key, outliers: new FakeOutliers(statistics(), most) };
      for (const index of plantedNames.keys())
        world.files.set(portrait(index).file, plantedUrl(index === planted.square ? 'square' : 'checkerboard'));
    }
    return made.outliers;
  };
  const pictureFacts = (index: number) => {
    const { source, file, width, height } = portrait(index);
    const name = plantedNames.get(index);
    return { source: name === undefined ? source : `/home/ada/faces/${name}`, file, width, height };
  };
  const indexOf = (id: string | undefined) => (id === undefined ? undefined : parseInt(id, 16));
  return {
    ...fakeCauseHandlers(world, outliers),
    'latents.statistics': () => (isThere() ? statistics() : null),
    'latents.outliers': ({ filter, offset, limit }) => {
      const found = outliers().outliers({ ...filter, picture: indexOf(filter.picture) }, offset, limit);
      return {
        total: outliers().total,
        indexed: outliers().entries.length,
        matching: found.matching,
        rows: found.rows.map(({ picture, outlier }) => {
          const { source, file } = pictureFacts(picture);
          return { picture: hex(picture), source, file, ...outlier };
        }),
      };
    },
    'latents.outlierPictures': ({ filter, offset, limit }) => {
      const { total, rows } = outliers().pictures({ ...filter, picture: indexOf(filter.picture) }, offset, limit);
      return {
        total,
        rows: rows.map(({ picture, ...counts }) => ({ id: hex(picture), ...pictureFacts(picture), ...counts })),
      };
    },
    'latents.positions': () => outliers().positions(),
    'latents.ofPicture': ({ picture }) => outliers().latentsOf(indexOf(picture)!),
  };
}
