/** The classes that a run learns: looked up when it starts, and still the same when it goes on. */
import { studioError } from '../base/errors.ts';
import { trainingClasses } from '../latents/reader.ts';
import type { LatentManifest } from '../latents/schema.ts';
import { latentsFolder } from '../latents/store.ts';
import type { RunRecord } from '../runs/schema.ts';
import { resolveClasses } from '../training/classes.ts';
import type { RunClass, RunConfig } from '../training/schema.ts';

export interface RunClasses {
  /** With the number of classes. */
  readonly config: RunConfig;
  /** Empty for a run that is told none. */
  readonly classes: readonly RunClass[];
}

const found = (project: string, latents: LatentManifest, heldOut: number): Promise<RunClass[]> =>
  trainingClasses(latentsFolder(project, latents.key), latents, heldOut);

/** What a new run of this configuration is told. Throws `run.noClasses` and `run.otherClasses`. */
export async function classesOfRun(
  project: string,
  config: RunConfig,
  latents: LatentManifest,
  heldOut: number,
): Promise<RunClasses> {
  if (config.classes.kind === 'none') return { config, classes: [] };
  const classes = await found(project, latents, heldOut);
  return { config: resolveClasses(config, classes), classes };
}

/** A run goes on with the classes it began with, and as many pictures of each. Throws `run.classesChanged`. */
export async function refuseOtherClasses(
  project: string,
  { id, plan }: Pick<RunRecord, 'id' | 'plan'>,
  latents: LatentManifest,
): Promise<void> {
  if (plan.classes === undefined) return;
  const words = (classes: readonly RunClass[]) => classes.map(({ name, pictures }) => `${name} (${pictures})`);
  const had = words(plan.classes);
  const has = words(await found(project, latents, plan.heldOutPictures));
  if (had.join('\n') !== has.join('\n')) throw studioError('run.classesChanged', { run: id, had, has });
}
