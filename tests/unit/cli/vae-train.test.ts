import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { vaeConfigOf } from '../../../main/cli/vae-train.ts';
import { vaeTrainingConfigSchema } from '../../../main/vae/training-schema.ts';
import { temporaryFolder } from '../../support/folders.ts';

describe('settings of `cauchy vae train`', () => {
  it('are the defaults, those of a file, and those of the command line in their place', async () => {
    expect(await vaeConfigOf({})).toEqual(vaeTrainingConfigSchema.parse({}));
    const config = join(await temporaryFolder(), 'settings.json');
    await writeFile(config, JSON.stringify({ latentChannels: 8, loss: { kl: 0.5 }, seed: 3 }));
    const asked = await vaeConfigOf({ config, channels: 16, reduction: '4', steps: 7 });
    expect(asked).toEqual(
      vaeTrainingConfigSchema.parse({
        ...{ latentChannels: 16, reduction: 4, seed: 3, loss: { kl: 0.5 } },
        length: { kind: 'steps', steps: 7 },
      }),
    );
    expect((await vaeConfigOf({ config, minutes: 5, seed: 1 })).length).toEqual({ kind: 'minutes', minutes: 5 });
  });

  it('are refused with what is wrong about them', async () => {
    await expect(vaeConfigOf({ channels: 3 })).rejects.toMatchObject({ code: 'run.badConfig' });
    const config = join(await temporaryFolder(), 'settings.json');
    await writeFile(config, '{ "widht": 64 }');
    await expect(vaeConfigOf({ config })).rejects.toMatchObject({
      code: 'run.badConfig',
      details: { source: config, problems: [expect.stringContaining('widht')] },
    });
  });
});
