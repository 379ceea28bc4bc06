/** `cauchy vae …`: the VAEs of this computer, and how well one gives a project's pictures back. */
import { isAbsolute, resolve } from 'node:path';
import { formatBytes } from '../base/bytes.ts';
import { studioError } from '../base/errors.ts';
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
  const added = await studio.vaes.add({ kind: 'path', path: isAbsolute(path) ? path : resolve(path) });
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

/** For the help text. */
export const downloadNames = vaeDownloads.map(({ name }) => name).join(', ');
