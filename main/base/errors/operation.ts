/** Errors of what is done about pictures of a dataset. */
import { entry, listed } from './words.ts';

const unchanged = 'Nothing was done about any picture.';

export const operationErrors = {
  'dataset.unknownPictures': entry<{ pictures: readonly string[] }>('user', ({ pictures }) => ({
    what: `The project has no ${pictures.length === 1 ? 'picture' : 'pictures'} in use called ${listed(pictures)}.`,
    means: unchanged,
    advice: 'Name pictures by their path, as they were imported, or by their id.',
  })),
  'dataset.allLeftOut': entry<{ pictures: number }>('user', ({ pictures }) => ({
    what: pictures === 1 ? 'The only picture is left out.' : `All ${pictures} pictures are left out.`,
    means: 'Nothing was started: there is nothing to learn from.',
    advice: 'Undo what left them out, or import more pictures.',
  })),
  'dataset.unknownOperation': entry<{ id: number; known: readonly number[] }>('user', ({ id, known }) => ({
    what: `There is no operation ${id} on these pictures.`,
    means: 'Nothing was undone.',
    advice: known.length === 0 ? 'There is nothing to undo.' : `Choose one of: ${listed(known.map(String), 20)}.`,
  })),
  'dataset.alreadyUndone': entry<{ id: number }>('user', ({ id }) => ({
    what: `Operation ${id} is undone already.`,
    means: 'Nothing was changed.',
    advice: 'To do it again, undo the row that undid it.',
  })),
} as const;
