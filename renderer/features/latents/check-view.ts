/** What a check of a picture compressor has found, in plain words. */
import type { Reconstruction, ReconstructionCheck } from '../../api/studio.ts';
import { count, fileName, formatCount, formatTime } from '../../text/format.ts';
import type { Fact } from '../../text/facts.ts';
import { glossary } from '../../text/glossary.ts';

/** Pictures of a page. */
export const pageSize = 50;
/** Pictures that a quick check tries. */
export const quickCheck = 200;

/** `27.4 dB`; a picture without any error has no number. */
export const psnrWords = (psnr: number | null): string => (psnr === null ? 'no error' : `${psnr.toFixed(1)} dB`);
export const ssimWords = (ssim: number): string => ssim.toFixed(3);

/**
 * What a mean PSNR is like to look at. The borders are the usual reading of 8-bit pictures: artefacts are plain below
 * 25 dB, and hard to find above 35 dB.
 */
export function psnrVerdict(psnr: number): string {
  if (psnr < 20) return 'Pictures come back blurred: faces and writing are lost.';
  if (psnr < 25) return 'Pictures come back soft: the large is right, fine detail is lost.';
  if (psnr < 30) return 'Pictures come back well; the finest detail is softened.';
  if (psnr < 35) return 'Pictures come back very well: differences are seen only side by side.';
  return 'Pictures come back nearly as they were.';
}

export const ceilingWords = 'No model trained on this VAE can look better than this.';

/** How many pictures this is about, and when. */
export function triedWords({ pictures, ofPictures, checkedAt }: ReconstructionCheck): string {
  const when = formatTime(checkedAt);
  return pictures < ofPictures
    ? `${count(pictures, 'picture')} of ${formatCount(ofPictures)} were tried (${when}): the mean is an estimate, and worse pictures may be among the others.`
    : `All ${count(pictures, 'picture')} were tried (${when}).`;
}

export function checkFacts({ psnrMean, ssimMean, pictures }: ReconstructionCheck): Fact[] {
  return [
    { label: glossary.psnr.plain, term: glossary.psnr.term, help: glossary.psnr.help, value: psnrWords(psnrMean) },
    { label: glossary.ssim.plain, term: glossary.ssim.term, help: glossary.ssim.help, value: ssimWords(ssimMean) },
    { label: 'pictures tried', value: formatCount(pictures) },
  ];
}

/** `1 to 50 of 512, the worst first`. */
export function pageWords(offset: number, rows: number, total: number): string {
  return `${formatCount(offset + 1)} to ${formatCount(offset + rows)} of ${formatCount(total)}, the worst first`;
}

/** What is seen of one picture, for those who can not see it. */
export function rowWords({ source, psnr, ssim }: Reconstruction): string {
  return `${fileName(source)}: ${psnrWords(psnr)}, likeness (SSIM) ${ssimWords(ssim)}`;
}

export const parts = [
  { key: 'original', name: 'Original' },
  { key: 'reconstruction', name: 'As it comes back' },
  { key: 'difference', name: 'Difference' },
] as const;
