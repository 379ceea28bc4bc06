/** Picture compressors (VAEs) in plain words. */
import type { VaeDownload, VaeInfo } from '../../api/studio.ts';
import { count, formatBytes, formatCount } from '../../text/format.ts';
import type { Fact } from '../../text/facts.ts';
import { glossary } from '../../text/glossary.ts';

export const originWords: Readonly<Record<VaeInfo['origin'], string>> = {
  shipped: 'ships with the studio',
  added: 'added by you',
  downloaded: 'downloaded',
  trained: 'trained on your pictures',
};

/** `8 times smaller, 4 numbers a cell`. */
export const latentWords = ({ reduction, latentChannels }: Pick<VaeInfo, 'reduction' | 'latentChannels'>): string =>
  `${reduction} times smaller, ${count(latentChannels, 'number')} a cell`;

/** What a person needs to choose one. @param size side of the project's pictures in pixels, where it is known */
export function vaeFacts(vae: VaeInfo, size: number | undefined): Fact[] {
  const { reduction, latentChannels, bytes, parameters, licence, origin, source } = vae;
  const side = size === undefined ? undefined : size / reduction;
  return [
    {
      label: 'each side',
      value: `${reduction} times smaller`,
      help: `One cell of a compressed picture (latent) stands for ${reduction} × ${reduction} pixels.`,
    },
    {
      label: 'numbers a cell',
      term: glossary.channel.term + 's',
      value: formatCount(latentChannels),
      help: glossary.channel.help,
    },
    ...(side === undefined
      ? []
      : [
          {
            label: 'numbers per picture',
            value: Number.isInteger(side) ? `${latentChannels} × ${side} × ${side}` : 'does not fit',
            help: `Your pictures have ${size} × ${size} × 3.`,
          },
        ]),
    {
      label: 'on the disk',
      value: formatBytes(bytes),
      help: `${formatCount(parameters)} learned numbers (parameters).`,
    },
    { label: 'licence', value: licence ?? 'not known' },
    { label: 'where from', value: originWords[origin], help: source },
  ];
}

/** All that is said before anything is fetched. */
export function downloadFacts({ bytes, licence, arrived }: VaeDownload): Fact[] {
  return [
    { label: 'Size', value: formatBytes(bytes) },
    { label: 'Licence', value: licence },
    ...(arrived > 0 ? [{ label: 'Here already', value: formatBytes(arrived) }] : []),
  ];
}

/** `335 MB · licence MIT · 128 MB are here already`. */
export const downloadLine = ({ bytes, licence, arrived }: VaeDownload): string =>
  [formatBytes(bytes), `licence ${licence}`, arrived > 0 && `${formatBytes(arrived)} are here already`]
    .filter(Boolean)
    .join(' · ');

/** What the button that begins says. */
export const downloadVerb = ({ bytes, arrived }: VaeDownload): string =>
  arrived > 0 ? `Go on: ${formatBytes(bytes - arrived)} to come` : `Download ${formatBytes(bytes)}`;

export function removalWords({ origin, bytes, title }: VaeInfo): string {
  const again =
    origin === 'downloaded'
      ? 'To use it again, it has to be downloaded again.'
      : 'To use it again, you add it again; your own file is not touched.';
  return `${formatBytes(bytes)} are freed. Latents that “${title}” made stay, but pictures can not be made from them without it. ${again}`;
}

/** Of chosen files those that a VAE consists of. */
export function modelFiles<F extends { readonly path: string }>(files: readonly F[]): F[] {
  const known = files.filter(({ path }) => /(\.safetensors|(^|\/)config\.json)$/i.test(path));
  // A single file that is none of these is sent all the same: the studio says what it is and how to convert it.
  return known.length > 0 || files.length > 1 ? known : [...files];
}

/** What is in the studio's folder can be removed there; what a run has trained goes with its run. */
export const isRemovable = ({ origin }: VaeInfo): boolean => origin === 'added' || origin === 'downloaded';
