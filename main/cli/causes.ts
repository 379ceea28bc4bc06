/** `latents --causes`: why values of a picture are extreme. */
import type { CauseCheck, LikelyCauses } from '../latents/causes/schema.ts';
import { nobody } from './context.ts';
import type { CommandContext } from './context.ts';
import { idsOf } from './pictures.ts';

export interface CauseWishes {
  /** By path as it was imported, or by id. */
  readonly causes: string;
  /** Encodes it again with the place of its most extreme value blurred. */
  readonly check?: boolean | undefined;
}

/** Tags of the picture's most extreme value, or of the picture where it has none beyond the fences. */
export async function causesCommand(context: CommandContext, project: string, wishes: CauseWishes): Promise<void> {
  const { studio, output, interrupted } = context;
  const { handlers } = studio;
  await studio.session.openProject(project);
  const [id] = await idsOf(context, [wishes.causes]);
  const picture = id!;
  const { rows } = await handlers['latents.outlierPictures']({ filter: { picture }, offset: 0, limit: 1 }, nobody);
  const worst = rows[0]?.worst ?? undefined;
  const place = worst && { channel: worst.channel, row: worst.row, col: worst.col };
  const causes = await handlers['latents.causes']({ picture, ...(place ? { place } : {}) }, nobody);
  const check =
    wishes.check && place
      ? await handlers['latents.checkCause']({ picture, ...place }, { ...nobody, signal: interrupted })
      : undefined;
  const { tags, untested } = causes;
  output.result(
    {
      project,
      picture: rows[0]?.source ?? wishes.causes,
      ...(worst ? { worst } : {}),
      tags,
      untested,
      ...(check ? { check } : {}),
    },
    [
      worst
        ? `The most extreme value: channel ${worst.channel}, row ${worst.row}, column ${worst.col}, z ${worst.z.toFixed(1)}`
        : 'No value of this picture is beyond the fences.',
      describeCauses(causes),
      ...(check ? [describeCheck(check)] : []),
    ].join('\n'),
  );
}

export function describeCauses({ tags, untested }: LikelyCauses): string {
  return [
    tags.length === 0 ? 'Likely cause: nothing that is tested for.' : 'Likely causes, the strongest first:',
    ...tags.map(({ title, words }) => `  ${title}: ${words}`),
    ...(untested.length > 0 ? ['  The original can not be read any more, so not everything was tested.'] : []),
  ].join('\n');
}

export function describeCheck({ cell, now, blurred, words }: CauseCheck): string {
  const row = (name: string, z: number) => `  ${name.padEnd(36)} z ${z.toFixed(1).padStart(7)}`;
  return [
    words,
    row('as it is', now.z),
    ...blurred.map(({ cells, z }) => row(`${cells} × ${cells} cells (${cells * cell} px) blurred`, z)),
  ].join('\n');
}
