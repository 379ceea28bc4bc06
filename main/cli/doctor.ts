/** `cauchy doctor`: checks by doing what the studio needs; each line says what it means when it fails. */
import { statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { listed } from '../base/errors/words.ts';
import { version } from '../base/version.ts';
import { finish } from './context.ts';
import type { CommandContext } from './context.ts';
import { describeDevices } from './device-table.ts';

/** Whether everything is there and some device can be used. */
export async function doctorCommand(context: CommandContext, measure: boolean): Promise<boolean> {
  const { studio, output } = context;
  const { session } = studio;
  const checks: { name: string; ok: boolean; found: string }[] = [];
  const check = async (name: string, look: () => Promise<string> | string) => {
    try {
      checks.push({ name, ok: true, found: await look() });
    } catch (thrown) {
      checks.push({ name, ok: false, found: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  };
  await check(
    'Cauchy Studio',
    () => `${version} on Node ${process.version}, ${process.platform} ${process.arch} ${release()}`,
  );
  await check('engine process and device', async () => {
    const engine = await session.engine;
    return `computes on ${(await engine['device.info']({})).name}`;
  });
  await check('presets', () =>
    listed(
      session.presets.map(({ id }) => id),
      10,
    ),
  );
  await check('starter VAE', async () => {
    const { loadVae } = await import('../vae/load.ts');
    return `weights ${(await loadVae('starter', session.ports)).hash}`;
  });
  await check('settings can be written', async () => {
    await session.settings.change({});
    return session.ports.settingsFile;
  });
  await check('free space for projects', async () => {
    const folder = await existingParent(session.projectsFolder);
    const { bavail, bsize } = await statfs(folder);
    return `${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB at ${folder}`;
  });
  if (measure) await finish(context, await studio.work.checkDevices());
  const list = await session.devices.list();
  const usable = list.devices.some(({ state, kind }) => state === 'ready' || (kind === 'cpu' && state === 'unchecked'));
  const ok = checks.every((entry) => entry.ok) && usable;
  const lines = checks.map((entry) => `${entry.ok ? 'ok    ' : 'FAILED'} ${entry.name}: ${entry.found}`);
  output.result({ ok, checks, ...list }, `${lines.join('\n')}\n\n${describeDevices(list)}`);
  return ok;
}

async function existingParent(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await statfs(folder).then(
      () => true,
      () => false,
    );
    if (found || folder === dirname(folder)) return folder;
  }
}
