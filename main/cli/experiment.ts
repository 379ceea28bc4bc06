/** `cauchy experiment`: comparisons that a paper would report, at a size that this computer can train. */
import { join, resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import { count } from '../base/words.ts';
import type { AdjustedCounts } from '../datasets/operations/schema.ts';
import { projectFolder } from '../experiment/files.ts';
import { headline } from '../experiment/headline.ts';
import { tableOf } from '../experiment/report.ts';
import { completeLatents } from '../latents/caches.ts';
import { picturesIn } from '../latents/schema.ts';
import { fewestForScore, fewestWithHeldOut, heldOutCount } from '../training/plan.ts';
import type { CommandContext } from './context.ts';
import { finish, nobody } from './context.ts';
import { programFolder, resourcesFolder } from './node-studio.ts';

const script = join(programFolder, 'dist', 'main', 'experiment', 'run.process.js');
/** As the demo's: a fifth of them, kept aside, still measures quality well. */
const samplePictures = { kind: 'samples', count: 5120, seed: 1 } as const;

export interface HeadlineArguments {
  readonly out: string;
  readonly minutes: number;
  readonly steps?: number | undefined;
  readonly seeds: number;
  /** A project with latents; the drawn sample pictures where none is given. */
  readonly project?: string | undefined;
}

/** What was done about pictures and makes no difference here; undefined where there is nothing of the kind. */
export function passedOverWords({ weighed, clipped }: Pick<AdjustedCounts, 'weighed' | 'clipped'>): string | undefined {
  const parts = [
    ...(weighed > 0 ? [`${count(weighed, 'picture')} would count less`] : []),
    ...(clipped > 0 ? [`latents of ${count(clipped, 'picture')} would be clipped`] : []),
  ];
  if (parts.length === 0) return undefined;
  return `In a training run ${parts.join(', and ')}. Not here: methods are compared on the pictures as they are, each counting once.`;
}

export async function headlineCommand(context: CommandContext, given: HeadlineArguments): Promise<void> {
  const { studio, output, interrupted } = context;
  const out = resolve(given.out);
  const project = given.project === undefined ? projectFolder(out) : resolve(given.project);
  if (given.project === undefined) {
    await studio.session.openOrCreateProject(project);
    await finish(
      context,
      studio.work.importPictures(samplePictures, { size: 64, framing: 'crop', background: '#ffffff' }),
    );
    await finish(context, studio.work.encode('starter'));
  } else await studio.session.openProject(project);
  const latents = await completeLatents(project);
  const found = picturesIn(latents);
  const heldOut = heldOutCount(found);
  if (heldOut === 0) throw studioError('experiment.tooFew', { found, needed: fewestWithHeldOut });
  if (heldOut < fewestForScore)
    output.say(`Only ${heldOut} pictures are kept aside to measure by: distances to so few say little.`);
  const { adjusted } = (await studio.handlers['project.current']({}, nobody)) ?? {};
  const passedOver = adjusted && passedOverWords(adjusted);
  if (passedOver) output.say(passedOver);
  const report = await headline({
    out,
    seeds: given.seeds,
    length: given.steps === undefined ? { minutes: given.minutes } : { steps: given.steps },
    script,
    resources: resourcesFolder,
    project,
    latentsKey: latents.key,
    vae: latents.vae.name,
    heldOut,
    signal: interrupted,
    say: (text) => output.say(text),
  });
  const { seeds, of } = report.fullBelowBaseline;
  output.result(
    report,
    `${tableOf(report)}\n\nThe full method is nearer to real pictures than the authors’ baseline in ${seeds} of ${of} seeds. The table, the chart and the pictures are in ${out}.`,
  );
}
