/** Graphics cards on Linux, from what the kernel shows in /sys and, for NVIDIA's own driver, /proc. */
import type { GraphicsCard } from './graphics-cards.ts';
import type { System } from './system.ts';

/** Makers of cards that can compute; adapters of virtual machines and server boards have others. */
const makers: Readonly<Record<string, string>> = { '10de': 'NVIDIA', '1002': 'AMD', '8086': 'Intel' };

/** @param nvidia what NVIDIA's own program tells, which is more than the kernel knows */
export async function linuxCards(system: System, nvidia: readonly GraphicsCard[]): Promise<GraphicsCard[]> {
  const names = (await system.list('/sys/class/drm')).filter((name) => /^card\d+$/.test(name)).sort();
  const shown = await Promise.all(names.map((name) => kernelCard(system, `/sys/class/drm/${name}/device`)));
  const others = shown.filter((card) => card !== undefined);
  if (nvidia.length > 0) return [...nvidia, ...others.filter(({ maker }) => maker !== 'NVIDIA').map(withoutMaker)];
  const driven = await procCards(system);
  return [...driven, ...others.filter(({ maker }) => maker !== 'NVIDIA' || driven.length === 0).map(withoutMaker)];
}

interface KernelCard extends GraphicsCard {
  readonly maker: string;
}
const withoutMaker = ({ maker: _maker, ...card }: KernelCard): GraphicsCard => card;

async function kernelCard(system: System, device: string): Promise<KernelCard | undefined> {
  const id = async (file: string) => (await system.read(`${device}/${file}`))?.trim().replace(/^0x/, '').toLowerCase();
  const [vendor, model] = [await id('vendor'), await id('device')];
  const maker = makers[vendor ?? ''];
  if (maker === undefined || model === undefined) return undefined;
  const name = await pciName(system, vendor!, model);
  const driver = (await system.link(`${device}/driver`))?.split('/').at(-1);
  const memoryBytes = Number(await system.read(`${device}/mem_info_vram_total`));
  return {
    maker,
    name: name === undefined ? `${maker} graphics (${vendor}:${model})` : `${maker} ${name}`,
    ...(driver === undefined ? {} : { driver }),
    ...(memoryBytes > 0 ? { memoryBytes } : {}),
  };
}

/** The name in the list of PCI ids that most distributions install: `Navi 31 [Radeon RX 7900 XTX]` → `Radeon RX 7900 XTX`. */
async function pciName(system: System, vendor: string, model: string): Promise<string | undefined> {
  const list = (await system.read('/usr/share/misc/pci.ids')) ?? (await system.read('/usr/share/hwdata/pci.ids'));
  const ofVendor = list?.split(new RegExp(`^${vendor}\\s`, 'm'))[1]?.split(/^(?=[0-9a-f]{4}\s)/m)[0];
  const name = ofVendor && new RegExp(`^\\t${model}\\s+(.+)$`, 'm').exec(ofVendor)?.[1];
  return name ? (/\[(.+)\]/.exec(name)?.[1] ?? name) : undefined;
}

/** NVIDIA's driver without its program, as in small containers. */
async function procCards(system: System): Promise<GraphicsCard[]> {
  const folder = '/proc/driver/nvidia';
  const version = /Module\s+([\d.]+)/.exec((await system.read(`${folder}/version`)) ?? '')?.[1];
  const cards = (await system.list(`${folder}/gpus`)).map(async (slot): Promise<GraphicsCard[]> => {
    const name = /^Model:\s*(.+)$/m.exec((await system.read(`${folder}/gpus/${slot}/information`)) ?? '')?.[1]?.trim();
    return name === undefined ? [] : [{ name, ...(version === undefined ? {} : { driver: `NVIDIA ${version}` }) }];
  });
  return (await Promise.all(cards)).flat();
}
