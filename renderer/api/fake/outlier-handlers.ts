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

/** A picture by its place in the dataset; the planted ones have names of their own. */
export function pictureFacts(index: number) {
  const { source, file, width, height } = portrait(index);
  const name = plantedNames.get(index);
  return { source: name === undefined ? source : `/home/ada/faces/${name}`, file, width, height };
}

/** The outliers of what the fake has encoded. */
export class FakeLab {
  readonly world: FakeWorld;
  #made: { readonly key: string; readonly outliers: FakeOutliers } | undefined;

  constructor(world: FakeWorld) {
    this.world = world;
  }

  get isThere(): boolean {
    return this.world.project?.latents.complete ?? false;
  }

  /** Of the pictures that are used, or of those without some more. Throws `latents.missing`. */
  outliers(without: ReadonlySet<number> = this.world.leftOut): FakeOutliers {
    if (!this.isThere) throw studioError('latents.missing', {});
    const { used } = this.world.project!.pictures;
    const key = `${used} ${this.world.latentSide} ${[...without].join()}`;
    if (this.#made?.key === key) return this.#made.outliers;
    const outliers = new FakeOutliers(latentStatistics(used, this.world.latentSide), most, without);
    this.#made = { key, outliers };
    for (const index of plantedNames.keys())
      this.world.files.set(portrait(index).file, plantedUrl(index === planted.square ? 'square' : 'checkerboard'));
    return outliers;
  }
}

export function fakeOutlierHandlers(lab: FakeLab): Pick<Handlers<StudioContract>, Methods> {
  const outliers = () => lab.outliers();
  const indexOf = (id: string | undefined) => (id === undefined ? undefined : parseInt(id, 16));
  return {
    ...fakeCauseHandlers(lab.world, outliers),
    'latents.statistics': () => (lab.isThere ? outliers().statistics : null),
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
