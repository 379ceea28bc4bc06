import type { ProjectSummary } from '../api/studio.ts';

/** Pictures that are encoded and trained on: those in use that are not left out. */
export const keptPictures = (project: Pick<ProjectSummary, 'pictures' | 'adjusted'> | null | undefined): number =>
  (project?.pictures.used ?? 0) - (project?.adjusted?.leftOut ?? 0);
