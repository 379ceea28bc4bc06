/** `cauchy vae …`: the VAEs of this computer, and how well one gives a project's pictures back. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { checkVae } from '../api/handlers/vae-check.ts';
import { formatBytes } from '../base/bytes.ts';
import { studioError } from '../base/errors.ts';
import { readCheck } from '../latents/checks.ts';
import { vaeDownloads } from '../vae/downloads.ts';
import type { VaeInfo } from '../vae/schema.ts';
import { finish } from './context.ts';
import type { CommandContext } from './context.ts';

const describeVae = ({ name, title, origin, latentChannels, reduction, bytes, licence }: VaeInfo): string =>
  `${name.padEnd(20)} ${title} (${origin}; ${latentChannels} channels, ${reduction} × smaller, ${formatBytes(bytes)}${licence === undefined ? '' : `, ${licence}`})`;

export async function listVaesCommand({ studio, output }: CommandContext): Promise<void> {
  const { vaes, downloads, damaged = [] } = await studio.vaes.list();
  const lines = [
    ...vaes.map(describeVae),
    ...downloads.flatMap(({ name, title, bytes, licence, url, sha256, arrived }) => [
      `${name.padEnd(20)} ${title}: “cauchy vae download ${name}” fetches ${formatBytes(bytes)}${arrived > 0 ? `, ${formatBytes(arrived)} of them are here` : ''} (${licence})`,
      `${''.padEnd(20)} ${url}, SHA-256 ${sha256}`,
    ]),
    ...damaged.map(({ name, reason }) => `${name.padEnd(20)} can not be read: ${reason}`),
  ];
  output.result({ vaes, downloads, damaged }, lines.join('\n'));
}

export async function addVaeCommand({ studio, output }: CommandContext, path: string): Promise<void> {
  const added = await studio.vaes.add({ kind: 'path', path: resolve(path) });
  output.result({ added: added.name, ...added }, `Added as “${added.name}”.`);
}

/** Everything that a person must know is said before anything is fetched. */
export async function downloadVaeCommand(
  context: CommandContext,
  name: string,
  ask: (question: string) => Promise<boolean>,
): Promise<void> {
  const { studio, output } = context;
  const { downloads } = await studio.vaes.list();
  const wanted = downloads.find((one) => one.name === name);
  if (wanted) {
    output.say(
      `${wanted.title}: ${formatBytes(wanted.bytes - wanted.arrived)} from ${wanted.url}, which must have the SHA-256 ${wanted.sha256}. Licence: ${wanted.licence}.`,
    );
    if (!(await ask('Download it?'))) throw studioError('download.notAgreed', {});
  }
  // Unknown and present ones are refused there.
  const added = await finish(context, await studio.vaes.download(name));
  output.result({ added: added.name, ...added }, `“${added.name}” is ready.`);
}

export async function removeVaeCommand({ studio, output }: CommandContext, name: string): Promise<void> {
  await studio.vaes.remove(name);
  output.result({ removed: name }, `“${name}” is removed.`);
}

/** A VAE by its name, or else a file or folder by its path. */
export async function vaeOrPath({ studio }: CommandContext, text: string): Promise<string> {
  const { vaes } = await studio.vaes.list();
  return vaes.some(({ name }) => name === text) || !existsSync(text) ? text : resolve(text);
}

/** How well a VAE gives the project's pictures back. */
export async function checkVaeCommand(
  context: CommandContext,
  options: { readonly project: string; readonly vae: string; readonly most?: number | undefined },
): Promise<void> {
  const { studio, output } = context;
  const { path } = await studio.session.openProject(options.project);
  const vae = await vaeOrPath(context, options.vae);
  const check = await finish(context, checkVae(studio.session, studio.work, { vae, most: options.most }));
  const { rows } = (await readCheck(path, check.vae.name))!;
  const number = (value: number | null) => (value === null ? 'no error' : value.toFixed(2)).padStart(8);
  const words = [
    `${check.pictures} of ${check.ofPictures} pictures through “${check.vae.name}” and back: PSNR ${check.psnrMean.toFixed(2)} dB, SSIM ${check.ssimMean.toFixed(4)} on average.`,
    'No model that is trained on this VAE can look better than this. The worst ones:',
    '    PSNR   SSIM',
    ...rows.slice(0, 10).map((row) => `${number(row.psnr)} ${row.ssim.toFixed(4)}  ${row.source}`),
  ];
  const { psnrMean, ssimMean, ofPictures, ...rest } = check;
  output.result({ ...rest, of_pictures: ofPictures, psnr_mean: psnrMean, ssim_mean: ssimMean, rows }, words.join('\n'));
}

/** For the help text. */
export const downloadNames = vaeDownloads.map(({ name }) => name).join(', ');
