/** `cauchy experiment`: comparisons that a paper would report, at a size that this computer can train. */
import { join, resolve } from 'node:path';
import { headline } from '../experiment/headline.ts';
import { projectFolder } from '../experiment/files.ts';
import { tableOf } from '../experiment/report.ts';
import { completeLatents } from '../latents/caches.ts';
import { picturesIn } from '../latents/schema.ts';
import { heldOutCount } from '../training/plan.ts';
import type { CommandContext } from './context.ts';
import { finish } from './context.ts';
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
  const report = await headline({
    out,
    seeds: given.seeds,
    length: given.steps === undefined ? { minutes: given.minutes } : { steps: given.steps },
    script,
    resources: resourcesFolder,
    project,
    latentsKey: latents.key,
    vae: latents.vae.name,
    heldOut: heldOutCount(picturesIn(latents)),
    signal: interrupted,
    say: (text) => output.say(text),
  });
  const { seeds, of } = report.fullBelowBaseline;
  output.result(
    report,
    `${tableOf(report)}\n\nThe full method is nearer to real pictures than the authors’ baseline in ${seeds} of ${of} seeds. The table, the chart and the pictures are in ${out}.`,
  );
}
