/** Errors of projects, pictures, latents and VAEs. */
import { entry, listed } from './words.ts';

const unchanged = 'The project is as it was.';

export const projectErrors = {
  'project.notAProject': entry<{ path: string }>('user', ({ path }) => ({
    what: `${path} is not a Cauchy project: it has no project.json.`,
    means: 'Nothing was opened or changed.',
    advice: 'Choose a folder that ends in “.cauchy”, or create a new project.',
  })),
  'project.exists': entry<{ path: string }>('user', ({ path }) => ({
    what: `There is already something at ${path}.`,
    means: 'Nothing was created or overwritten.',
    advice: 'Choose another name, or open the project that is there.',
  })),
  'project.badName': entry<{ name: string; reason: string }>('user', ({ name, reason }) => ({
    what: `“${name}” can not be the name of a project: ${reason}.`,
    means: 'Nothing was created.',
    advice: 'Choose another name.',
  })),
  'project.openElsewhere': entry<{ path: string; holder: string }>('user', ({ path, holder }) => ({
    what: `${path} is already open in ${holder}.`,
    means: 'It was not opened a second time: two writers could damage it.',
    advice: 'Close it there first. If nothing has it open, wait a minute and try again.',
  })),
  'project.noneOpen': entry<object>('user', () => ({
    what: 'No project is open.',
    means: 'Nothing was started.',
    advice: 'Create a project or open one first.',
  })),
  'dataset.folderMissing': entry<{ path: string }>('user', ({ path }) => ({
    what: `There is no folder or file at ${path}.`,
    means: `Nothing was imported. ${unchanged}`,
    advice: 'Check the path and that its drive is connected.',
  })),
  'dataset.noPictures': entry<{ path: string; files: number }>('user', ({ path, files }) => ({
    what:
      files === 0
        ? `${path} is empty.`
        : files === 1
          ? `The only file in ${path} is not a picture that can be read.`
          : `None of the ${files} files in ${path} is a picture that can be read.`,
    means:
      files === 0
        ? `Nothing was imported. ${unchanged}`
        : 'No picture was added. The list of files says why each one was left out.',
    advice: 'Choose a folder with JPEG, PNG, WebP, AVIF, GIF or TIFF files.',
  })),
  'dataset.decoderMissing': entry<{ path: string; reason: string }>('environment', ({ path, reason }) => ({
    what: `The part that reads pictures could not be loaded from ${path}: ${reason}.`,
    means: 'No picture was read, and nothing was changed.',
    advice: 'Start the studio once with a network connection so that it can fetch the part, or install it again.',
  })),
  'dataset.archiveRefused': entry<{ path: string; reason: string }>('user', ({ path, reason }) => ({
    what: `The archive ${path} was refused: ${reason}.`,
    means: 'None of its pictures were imported. The pictures of the project are as they were.',
    advice: 'Unpack it yourself, look at what is in it, and import the folder.',
  })),
  'dataset.badSize': entry<{ size: number }>('user', ({ size }) => ({
    what: `Pictures can not be imported at ${size} pixels.`,
    means: 'Nothing was imported.',
    advice: 'Choose a size from 32 to 512 that is a multiple of 8; 64 is a good start on a computer without a GPU.',
  })),
  'dataset.settingsDiffer': entry<{ has: string; asked: string }>('user', ({ has, asked }) => ({
    what: `This project holds pictures imported as ${has}, not ${asked}.`,
    means: 'Nothing was imported: a model needs all its pictures alike.',
    advice: 'Import with the same settings, or make a new project for the other size.',
  })),
  'dataset.empty': entry<object>('user', () => ({
    what: 'The project has no pictures yet.',
    means: 'Nothing was started.',
    advice: 'Import a folder of pictures, or use the sample pictures.',
  })),
  'dataset.tooFew': entry<{ found: number; needed: number }>('user', ({ found, needed }) => ({
    what: `${found} ${found === 1 ? 'picture is' : 'pictures are'} too few: a model needs at least ${needed} to learn from.`,
    means: `Nothing was started. ${unchanged}`,
    advice: 'Add more pictures: a few hundred give first results, a few thousand good ones.',
  })),
  'latents.missing': entry<object>('user', () => ({
    what: 'The pictures are not encoded yet.',
    means: 'Nothing was started.',
    advice: 'Press “Encode” in Latents first.',
  })),
  'latents.notFinite': entry<{ pictures: readonly string[] }>('environment', ({ pictures }) => ({
    what: `The VAE gave numbers that are not finite for every picture: ${listed(pictures)}.`,
    means: `There are no latents to keep. ${unchanged}`,
    advice: 'Use another VAE; where float16 was chosen, full precision.',
  })),
  'latents.noPosterior': entry<{ vae: string }>('user', ({ vae }) => ({
    what: `${vae} has no spread to draw a sample from: it gives each picture one latent.`,
    means: `Nothing was encoded. ${unchanged}`,
    advice: 'Encode with the mean instead (--posterior mean).',
  })),
  'latents.wrongSize': entry<{ vae: string; size: number; reduction: number }>('user', ({ vae, size, reduction }) => ({
    what: `${vae} makes one cell of ${reduction} × ${reduction} pixels, and pictures of ${size} px can not be divided into such.`,
    means: `Nothing was encoded. ${unchanged}`,
    advice: `Use another VAE, or import the pictures into a new project with a size that is a multiple of ${reduction}.`,
  })),
  'latents.unknown': entry<{ key: string; known: readonly string[] }>('user', ({ key, known }) => ({
    what: `There is no set of latents “${key}” that could be used for this.`,
    means: `Nothing was changed: training needs a complete one of the pictures as they are now. ${unchanged}`,
    advice: known.length === 0 ? 'Encode the pictures first.' : `Choose one of: ${listed(known, 10)}.`,
  })),
  'latents.inUse': entry<{ key: string; work: string }>('user', ({ key, work }) => ({
    what: `The latents ${key} are in use: ${work}.`,
    means: 'Nothing was deleted.',
    advice: 'Stop that first, or wait until it has ended.',
  })),
  'latents.notNormalised': entry<{ std: number }>('internal', ({ std }) => ({
    what: `After normalisation the latents have a standard deviation of ${std.toFixed(4)}, not 0.5.`,
    means: 'Training was not started: it would fail slowly.',
    advice: 'Encode the pictures again. If it stays, report it.',
  })),
} as const;
