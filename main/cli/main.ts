/** The command `cauchy`: everything the studio does, for machines without a screen. */
import { Argument, Command, Option } from 'commander';
import { resolve } from 'node:path';
import { studioError } from '../base/errors.ts';
import { problemsOf } from '../base/rpc.ts';
import { version } from '../base/version.ts';
import { pictureSettingsSchema } from '../datasets/schema.ts';
import type { DeviceChoice } from '../engine/schema.ts';
import { causesCommand } from './causes.ts';
import type { CauseWishes } from './causes.ts';
import { demoCommand, importCommand, resumeCommand, trainCommand } from './commands.ts';
import { addCudaCommand, askOnTerminal, removeCudaCommand } from './device.ts';
import { doctorCommand } from './doctor.ts';
import { encodeCommand, latentsCommand } from './latents.ts';
import type { CacheWishes, ExportWishes } from './latents.ts';
import { addPictureVerbs } from './pictures-verbs.ts';
import { residualsCommand } from './residuals.ts';
import { addVaeVerbs } from './vae-verbs.ts';
import {
  count,
  interruption,
  json,
  natural,
  number,
  onDevice,
  positive,
  project,
  withOutput,
  withStudio,
} from './verbs.ts';
import type { Common } from './verbs.ts';
import { gridCommand, sampleCommand, withSampling } from './sampling.ts';
import type { SampleOptions } from './sampling.ts';
import type { BenchArguments } from './bench.ts';
import type { EncodingWishes } from '../latents/schema.ts';
import type { HeadlineArguments } from './experiment.ts';

const began = performance.now();
process.setSourceMapsEnabled(true);

const program = new Command('cauchy')
  .description('Train your own one-step image generator on your own pictures.')
  .version(version)
  .showHelpAfterError()
  .configureOutput({
    writeOut: (text) => void process.stdout.write(text),
    writeErr: (text) => void process.stderr.write(text),
  });

program
  .command('demo')
  .description('sample pictures → latents → training → grid, in a few minutes')
  .requiredOption('--out <folder>', 'where the project and the grid go')
  .option('--minutes <m>', 'everything included', positive, 5)
  .option('--seed <n>', 'another seed, other pictures', natural, 0)
  .addOption(json())
  .action((o: Common & { out: string; minutes: number; seed: number }) =>
    withStudio('demo', o.json === true, (context) => demoCommand(context, { ...o, began })),
  );

program
  .command('import')
  .description('bring pictures into a project, which is made when it is not there')
  .argument('<paths...>', 'folders, pictures or ZIP archives')
  .addOption(project())
  .option('--size <pixels>', '32 to 512, a multiple of 8', number, 64)
  .option('--fit', 'show the whole picture instead of its centre square')
  .option('--background <colour>', 'under transparency and beside fitted pictures, #rrggbb', '#ffffff')
  .addOption(json())
  .action((paths: string[], o: Common & { project: string; size: number; fit?: boolean; background: string }) =>
    withStudio('import', o.json === true, (context) => {
      const settings = pictureSettingsSchema.safeParse({
        size: o.size,
        framing: o.fit ? 'fit' : 'crop',
        background: o.background,
      });
      if (!settings.success) {
        if (settings.error.issues.some(({ path }) => path[0] === 'size'))
          throw studioError('dataset.badSize', { size: o.size });
        throw studioError('api.invalidInput', { method: 'import', problems: problemsOf(settings.error) });
      }
      return importCommand(
        context,
        o.project,
        { kind: 'paths', paths: paths.map((path) => resolve(path)) },
        settings.data,
      );
    }),
  );

program
  .command('encode')
  .description('encode the pictures to latents')
  .addOption(project())
  .option('--vae <name>', 'the autoencoder, or the path of one', 'starter')
  .addOption(new Option('--posterior <kind>', 'its mean, or a sample of it').choices(['mean', 'sample']))
  .option('--flip', 'encode the mirror image of each picture, too')
  .addOption(new Option('--precision <kind>', 'half: float16 where a GPU gains by it').choices(['full', 'half']))
  .addOption(json())
  .action(
    ({ json: asJson, project: folder, vae, ...wishes }: Common & { project: string; vae: string } & EncodingWishes) =>
      withStudio('encode', asJson === true, (context) => encodeCommand(context, folder, vae, wishes)),
  );

program
  .command('latents')
  .description('statistics and outliers of the latents and of residuals, or the sets that are kept')
  .addOption(project())
  .option('--outliers <n>', 'so many of the most extreme values', count, 20)
  .option('--report <file>', 'write everything about them on one page, as HTML')
  .option('--csv <folder>', 'write statistics, outliers and pictures as tables')
  .option('--pixels', 'compare with the pixels in them: they are measured first')
  .option('--list', 'the sets of latents that the project keeps')
  .option('--use <key>', 'train from this one')
  .option('--delete <keys...>', 'delete these')
  .option('--residuals', 'how far the student of a run is from its teacher, and what each loss makes of it')
  .option('--run <id>', 'the run of --residuals; the newest where it is not named')
  .option('--causes <picture>', 'why values of this picture, by path or id, may be extreme')
  .option('--check', 'with --causes: whether its most extreme value falls when its place is blurred')
  .addOption(json())
  .action(
    (
      o: Common & { project: string; outliers: number; residuals?: boolean; run?: string } & Partial<CauseWishes> &
        CacheWishes &
        ExportWishes,
    ) =>
      withStudio('latents', o.json === true, (context) => {
        if (o.causes !== undefined) return causesCommand(context, o.project, { ...o, causes: o.causes });
        return o.residuals ? residualsCommand(context, o.project, o.run) : latentsCommand(context, o.project, o);
      }),
  );

program
  .command('train')
  .description('train a model')
  .addOption(project())
  .addOption(new Option('--preset <name>', 'one of the presets').conflicts('config'))
  .option('--config <file>', 'a run configuration as JSON')
  .addOption(new Option('--minutes <m>', 'train for so long').argParser(positive).conflicts('steps'))
  .option('--steps <k>', 'train so many steps', count)
  .option('--seed <n>', 'seed of the run', natural)
  .option('--resume <run>', 'go on with a run from its last checkpoint')
  .addOption(onDevice())
  .option('--plan', 'only say what the run would do, and how much memory it would need')
  .addOption(json())
  .action(
    (
      o: Common & {
        project: string;
        preset?: string;
        config?: string;
        minutes?: number;
        steps?: number;
        seed?: number;
        resume?: string;
        device?: DeviceChoice;
        plan?: boolean;
      },
    ) =>
      withStudio('train', o.json === true, (context) =>
        o.resume === undefined
          ? trainCommand(context, o.project, o)
          : resumeCommand(context, o.project, { ...o, resume: o.resume }),
      ),
  );

withSampling(
  program
    .command('sample')
    .description('make pictures with a trained model')
    .addOption(project())
    .requiredOption('--run <id>', 'the run'),
)
  .option('--count <n>', 'how many', count, 16)
  .option('--seed <n>', 'seed of the first; the others count up', natural, 0)
  .requiredOption('--out <folder>', 'where the pictures go')
  .addOption(json())
  .action((o: Common & SampleOptions & { count: number; out: string }) =>
    withStudio('sample', o.json === true, (context) => sampleCommand(context, o)),
  );

withSampling(
  program
    .command('grid')
    .description('make pictures and lay them out as one PNG')
    .addOption(project())
    .requiredOption('--run <id>', 'the run'),
)
  .option('--rows <r>', 'rows', count, 8)
  .option('--cols <c>', 'columns', count, 8)
  .option('--seed <n>', 'seed of the first picture', natural, 0)
  .requiredOption('--out <file>', 'the PNG')
  .addOption(json())
  .action((o: Common & SampleOptions & { rows: number; cols: number; out: string }) =>
    withStudio('grid', o.json === true, (context) => gridCommand(context, { ...o, columns: o.cols })),
  );

program
  .command('experiment')
  .description('compare the method with itself without each of its parts, and with the baselines')
  .addArgument(new Argument('<name>', 'which experiment').choices(['headline']))
  .requiredOption(
    '--out <folder>',
    'where runs, table, chart and pictures go; a folder with a part of them is gone on with',
  )
  .option('--minutes <m>', 'for all runs together, when the computer does nothing else', positive, 120)
  .option('--steps <k>', 'for each run, instead of minutes', count)
  .option('--seeds <n>', 'runs of each variant', count, 3)
  .option('--project <folder>', 'a project with encoded pictures, instead of the drawn samples')
  .addOption(json())
  .action(async (_name: 'headline', o: Common & HeadlineArguments) => {
    const { headlineCommand } = await import('./experiment.ts');
    await withStudio('experiment', o.json === true, (context) => headlineCommand(context, o));
  });

program
  .command('serve')
  .description('the studio in a browser on this computer (127.0.0.1)')
  .option('--port <n>', 'exactly this port', natural)
  .addOption(json())
  .action(async (o: Common & { port?: number }) => {
    // Only this verb needs the web server.
    const { serveCommand } = await import('./serve.ts');
    await serveCommand(o);
  });

program
  .command('doctor')
  .description('the devices of this computer, and what else the studio needs')
  .option('--measure', 'try every device: speed, and numbers compared with the processor')
  .addOption(json())
  .action((o: Common & { measure?: boolean }) =>
    withStudio('doctor', o.json === true, (context) => doctorCommand(context, o.measure === true)),
  );

program
  .command('bench')
  .description('measure this computer; beside PyTorch and others where a Python is given')
  .argument('<name>', 'which benchmark')
  .option('--device <kind>', 'cpu, webgpu, cuda or tensorflow')
  .option('--network <name>', 'the network of step and eager: dit, dit-s2, dit-b2, dit-l2, unet or unet-paper')
  .option('--batch <n>', 'another batch than the usual one', count)
  .option('--vae <name>', 'the VAE of encode and decode: starter, sd (Stable Diffusion’s) or taesd')
  .option('--size <pixels>', 'side of the pictures of encode and decode', count)
  .option('--precision <kind>', 'full, or mixed: float16 where a GPU gains by it')
  .option('--peer <kind>', 'how PyTorch is used: eager, or compile (with autocast)')
  .option('--profile', 'where the time of a step goes, op by op, on the CPU')
  .option('--rounds <n>', 'how often each side takes its turn', count)
  .option('--python <program>', 'a Python with the packages of tests/bench/README.md')
  .option('--peers <folder>', 'where the programs to compare with are')
  .addOption(json())
  .action(async (name: string, { json: asJson, ...o }: Common & BenchArguments) => {
    const { benchCommand } = await import('./bench.ts');
    await withOutput(asJson === true, (output) => benchCommand(name, o, output));
  });

const device = program.command('device').description('parts that some devices need and that are too large to ship');
const part = () => new Argument('<part>', 'NVIDIA cards on Linux: cuda').choices(['cuda']);

device
  .command('add')
  .description('download a part and check it')
  .addArgument(part())
  .option('--yes', 'without asking')
  .addOption(json())
  .action((_part: 'cuda', o: Common & { yes?: boolean }) =>
    withOutput(o.json === true, (output) => {
      const ask = process.stdin.isTTY ? askOnTerminal : async () => false;
      return addCudaCommand({ output, interrupted: interruption(), ask: o.yes ? async () => true : ask });
    }),
  );

device
  .command('remove')
  .description('remove a part that was added')
  .addArgument(part())
  .addOption(json())
  .action((_part: 'cuda', o: Common) => withOutput(o.json === true, (output) => removeCudaCommand({ output })));

addPictureVerbs(program);
addVaeVerbs(program);

await program.parseAsync();
