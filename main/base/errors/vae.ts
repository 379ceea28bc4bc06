/** Errors of VAEs: reading, adding, downloading and removing them. */
import { entry, listed } from './words.ts';

const unchanged = 'Nothing was added or changed.';

export const vaeErrors = {
  'vae.unknown': entry<{ name: string; known: readonly string[] }>('user', ({ name, known }) => ({
    what: `There is no VAE called “${name}”.`,
    means: 'Nothing was started.',
    advice: `Choose one of: ${listed(known, 10)}.`,
  })),
  'vae.badFile': entry<{ path: string; reason: string }>('user', ({ path, reason }) => ({
    what: `${path} is not a VAE that can be used: ${reason}.`,
    means: unchanged,
    advice: 'Choose another file, or use the starter VAE.',
  })),
  'vae.pickle': entry<{ path: string; isPart: boolean }>('user', ({ path, isPart }) => ({
    what: `${path} is a pickle (PyTorch’s old file format), which the studio does not open: a pickle can run any program while it is read.`,
    means: unchanged,
    advice: isPart
      ? `Where you trust it, make a safetensors file of its folder with Python: “from diffusers import AutoencoderKL”, then “AutoencoderKL.from_pretrained(FOLDER, use_safetensors=False).save_pretrained(NEW_FOLDER)”. Then add the new folder.`
      : `Where you trust it, make a safetensors file of it with Python: “import torch, safetensors.torch as s; w = torch.load(FILE, map_location='cpu', weights_only=True)”, then “s.save_file({k: v.contiguous().clone() for k, v in w.get('state_dict', w).items() if torch.is_tensor(v)}, 'vae.safetensors')”. Then add the new file.`,
  })),
  'vae.notFinite': entry<{ path: string; tensor: string; count: number }>('user', ({ path, tensor, count }) => ({
    what: `${path} has weights that are not numbers: ${count} of “${tensor}” are NaN or infinite.`,
    means: unchanged,
    advice: 'Get the file again, from where it was published; this one is damaged or its training broke down.',
  })),
  'vae.doesNotFit': entry<{ name: string; reduction: number; size: number }>('user', ({ name, reduction, size }) => ({
    what: `The VAE “${name}” makes one latent of every ${reduction} × ${reduction} pixels, and ${size}, the size of these pictures, can not be divided so.`,
    means: 'Nothing was started.',
    advice: `Choose another VAE, or import the pictures again at a multiple of ${reduction}.`,
  })),
  'vae.alreadyThere': entry<{ name: string; path: string }>('user', ({ name, path }) => ({
    what: `These are the weights of “${name}”, which is already there: ${path} has the same bytes.`,
    means: unchanged,
    advice: `Use “${name}”.`,
  })),
  'vae.inUse': entry<{ name: string; users: readonly string[] }>('user', ({ name, users }) => ({
    what: `The VAE “${name}” is needed by ${listed(users, 6)}.`,
    means: 'It was not removed: without it they could not be gone on with, and no pictures be made.',
    advice: 'Delete these first, or keep the VAE.',
  })),
  'vae.changed': entry<{ name: string }>('user', ({ name }) => ({
    what: `The weights of the VAE “${name}” are not those that the latents were made with any more.`,
    means: 'Nothing was started: pictures would come out wrong. Runs and latents are as they were.',
    advice: 'Encode the pictures with it again and start a new run, or bring the earlier weights back.',
  })),
  'vae.notRemovable': entry<{ name: string; reason: string }>('user', ({ name, reason }) => ({
    what: `The VAE “${name}” can not be removed here: ${reason}.`,
    means: 'Nothing was changed.',
    advice: 'Remove one that you added or downloaded.',
  })),
  'vae.notDownloaded': entry<{ name: string; url: string; reason: string }>('environment', ({ name, url, reason }) => ({
    what: `${name} could not be downloaded: ${reason}.`,
    means: 'Nothing was added. What has arrived is kept, and the next try goes on from there.',
    advice: `Check the connection and try again. Or fetch ${url} on a computer that has one, bring the file here, and choose it with “Add”, or with “cauchy vae add FILE”.`,
  })),
} as const;
