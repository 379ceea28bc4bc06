/** The places of the studio in the order of the work, and how far each one is. */
import type { Job, ProjectSummary } from '../api/studio.ts';
import { count, formatCount, percentDone } from '../text/format.ts';
import { keptPictures } from './kept-pictures.ts';

export type PlaceName = 'pictures' | 'latents' | 'train' | 'gallery' | 'devices' | 'settings';

export interface Place {
  readonly name: PlaceName;
  readonly title: string;
  /** `next`: the thing to do now; `locked`: something else has to come first, which the note says. */
  readonly state: 'done' | 'next' | 'busy' | 'paused' | 'locked' | 'open';
  readonly note: string;
  /** Percentage of what is going on there. */
  readonly percent?: number | undefined;
}

export const placeTitles: Readonly<Record<PlaceName, string>> = {
  pictures: 'Pictures',
  latents: 'Latents',
  train: 'Train',
  gallery: 'Gallery',
  devices: 'Devices',
  settings: 'Settings',
};
export const placeNames = Object.keys(placeTitles) as readonly PlaceName[];

/** Said of each state to those who can not see its sign. */
export const stateWords: Readonly<Record<Place['state'], string>> = {
  done: 'Done.',
  next: 'Next.',
  busy: 'Working.',
  paused: 'Paused.',
  locked: 'Not yet.',
  open: '',
};

export function isActive(job: Job): boolean {
  return job.status === 'queued' || job.status === 'running' || job.status === 'paused';
}

/** A run's job: it is paused and stopped by its run. */
export function isTraining(job: Job): boolean {
  return job.kind === 'train' || job.kind === 'trainVae';
}

/** A run that training can be continued from or pictures can be made with. */
export function hasModel(run: ProjectSummary['runs'][number]): boolean {
  return run.step > 0;
}

export function placesOf(project: ProjectSummary, jobs: readonly Job[]): Place[] {
  const active = (kind: Job['kind']) => jobs.find((job) => job.kind === kind && isActive(job));
  const places = [
    picturesPlace(project, active('import')),
    latentsPlace(project, active, active('import') !== undefined),
    trainPlace(project, active('train')),
    galleryPlace(project, active('generate')),
  ];
  // Only the first thing to do is “next”: one clear step at a time.
  const next = places.findIndex(({ state }) => state === 'next');
  return [
    ...places.map((place, i) => (place.state === 'next' && i !== next ? { ...place, state: 'open' as const } : place)),
    devicesPlace(active('check')),
    { name: 'settings', title: placeTitles.settings, state: 'open', note: '' },
  ];
}

function busy(name: PlaceName, job: Job, verb: string): Place {
  const percent = percentDone(job.done, job.total);
  return {
    name,
    title: placeTitles[name],
    state: job.status === 'paused' ? 'paused' : 'busy',
    note: job.status === 'queued' ? 'Waiting its turn' : percent === undefined ? `${verb}…` : `${verb} ${percent} %`,
    percent,
  };
}

function devicesPlace(job: Job | undefined): Place {
  if (job) return busy('devices', job, 'Checking');
  return { name: 'devices', title: placeTitles.devices, state: 'open', note: '' };
}

function picturesPlace(project: ProjectSummary, job: Job | undefined): Place {
  const { used } = project.pictures;
  const kept = keptPictures(project);
  const base = { name: 'pictures', title: placeTitles.pictures } as const;
  if (job) return busy('pictures', job, 'Importing');
  if (used === 0) return { ...base, state: 'next', note: 'Add your pictures' };
  const note = kept < used ? `${formatCount(kept)} of ${count(used, 'picture')}` : count(used, 'picture');
  return { ...base, state: 'done', note };
}

/** What can go on among the latents, the most important first. */
const latentsWork = [
  ['encode', 'Encoding'],
  ['trainVae', 'Training a VAE'],
  ['reconstruct', 'Checking'],
  ['measure', 'Measuring'],
  ['pixels', 'Measuring'],
] as const;

function latentsPlace(
  project: ProjectSummary,
  active: (kind: Job['kind']) => Job | undefined,
  importing: boolean,
): Place {
  const { pictures, latents } = project;
  const base = { name: 'latents', title: placeTitles.latents } as const;
  for (const [kind, verb] of latentsWork) {
    const job = active(kind);
    if (job) return busy('latents', job, verb);
  }
  if (importing) return { ...base, state: 'locked', note: 'After the import' };
  if (pictures.used === 0) return { ...base, state: 'locked', note: 'Needs pictures' };
  if (latents.complete) return { ...base, state: 'done', note: 'Encoded' };
  if (latents.encoded > 0)
    return { ...base, state: 'next', note: `${formatCount(latents.encoded)} of ${formatCount(keptPictures(project))}` };
  return { ...base, state: 'next', note: 'Ready to encode' };
}

function trainPlace({ latents, runs }: ProjectSummary, job: Job | undefined): Place {
  const base = { name: 'train', title: placeTitles.train } as const;
  if (job) return busy('train', job, job.status === 'paused' ? 'Paused at' : 'Training');
  const paused = runs.find((run) => run.status === 'paused');
  if (paused) return { ...base, state: 'paused', note: 'Paused' };
  if (runs.some((run) => run.status === 'interrupted')) return { ...base, state: 'next', note: 'Interrupted' };
  if (runs.some(hasModel)) return { ...base, state: 'done', note: count(runs.length, 'run') };
  if (!latents.complete) return { ...base, state: 'locked', note: 'Needs latents' };
  return { ...base, state: 'next', note: 'Ready to train' };
}

function galleryPlace({ runs, galleryPictures }: ProjectSummary, job: Job | undefined): Place {
  const base = { name: 'gallery', title: placeTitles.gallery } as const;
  if (job) return busy('gallery', job, 'Making');
  if (galleryPictures > 0) return { ...base, state: 'done', note: count(galleryPictures, 'picture') };
  if (!runs.some(hasModel)) return { ...base, state: 'locked', note: 'Needs a model' };
  return { ...base, state: 'next', note: 'Ready' };
}
