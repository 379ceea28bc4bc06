/**
 * The graphics cards of this computer by their real names. ONNX Runtime can't tell them, so the operating system is asked.
 * The npm package systeminformation was not taken: it runs programs synchronously, which would stop the window.
 */
import { z } from 'zod';
import { linuxCards } from './linux-cards.ts';
import type { System } from './system.ts';

export interface GraphicsCard {
  readonly name: string;
  readonly memoryBytes?: number | undefined;
  /** Name and version of the driver, as far as the system tells. */
  readonly driver?: string | undefined;
}

/** Adapters of virtual machines and servers that only show a picture, and drivers that draw in software. */
const notForComputing =
  /basic (render|display)|swiftshader|llvmpipe|lavapipe|\bwarp\b|virtio|vmware|virtualbox|hyper-v|qxl|bochs|cirrus|aspeed|matrox|remote display|parsec|idd\b/i;

const mebibyte = 2 ** 20;

/** `nvidia-smi`'s own words; its CSV has no quoted fields. */
export function parseNvidiaSmi(text: string): GraphicsCard[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [name, memory, version] = line.split(',').map((part) => part.trim());
      if (!name || !version) return [];
      const memoryBytes = Number(memory) * mebibyte;
      return [{ name, driver: `NVIDIA ${version}`, ...(memoryBytes > 0 ? { memoryBytes } : {}) }];
    });
}

export async function nvidiaCards(system: System): Promise<GraphicsCard[]> {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader,nounits'];
  // Windows Subsystem for Linux keeps it outside the search path.
  for (const program of ['nvidia-smi', ...(system.platform === 'linux' ? ['/usr/lib/wsl/lib/nvidia-smi'] : [])]) {
    const text = await system.run(program, query);
    if (text !== undefined) return parseNvidiaSmi(text);
  }
  return [];
}

const windowsSchema = z.array(
  z.object({ name: z.string(), driver: z.string().nullable(), memory: z.number().nullable() }),
);
/** CIM knows names and drivers; memory beyond 4 GiB only the registry knows. */
const windowsScript = `
$ErrorActionPreference = 'SilentlyContinue'
$class = 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}'
$memory = @{}
Get-ChildItem $class | Get-ItemProperty | ForEach-Object { if ($_.DriverDesc) { $memory[$_.DriverDesc] = $_.'HardwareInformation.qwMemorySize' } }
ConvertTo-Json -Compress @(Get-CimInstance Win32_VideoController | ForEach-Object { @{ name = $_.Name; driver = $_.DriverVersion; memory = $(if ($memory[$_.Name]) { $memory[$_.Name] } else { $_.AdapterRAM }) } })
`;

async function windowsCards(system: System): Promise<GraphicsCard[]> {
  const text = await system.run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', windowsScript]);
  return parsed(windowsSchema, text).map(({ name, driver, memory }) => ({
    name,
    ...(driver ? { driver } : {}),
    ...(memory !== null && memory > 0 ? { memoryBytes: memory } : {}),
  }));
}

const macSchema = z
  .object({
    SPDisplaysDataType: z.array(
      z.object({
        sppci_model: z.string(),
        spdisplays_mtlgpufamilysupport: z.string().optional(),
        sppci_cores: z.string().optional(),
      }),
    ),
  })
  .transform(({ SPDisplaysDataType }) => SPDisplaysDataType);

async function macCards(system: System): Promise<GraphicsCard[]> {
  const text = await system.run('system_profiler', ['SPDisplaysDataType', '-json']);
  return parsed(macSchema, text).map(({ sppci_model: model, sppci_cores: cores, spdisplays_mtlgpufamilysupport }) => ({
    name: cores === undefined ? model : `${model}, ${cores} cores`,
    driver: spdisplays_mtlgpufamilysupport?.replace('spdisplays_metal', 'Metal ') ?? 'Metal',
  }));
}

/** What a program answered, or nothing when it answered something else: then no card is known, which the screen says. */
function parsed<T>(schema: z.ZodType<T[]>, text: string | undefined): T[] {
  try {
    return schema.parse(JSON.parse(text ?? '[]'));
  } catch {
    return [];
  }
}

/** The cards that can compute, the one with most memory of its own first: that is the one WebGPU takes. */
export async function findGraphicsCards(system: System): Promise<GraphicsCard[]> {
  const search: Partial<Record<NodeJS.Platform, (system: System) => Promise<GraphicsCard[]>>> = {
    linux: async () => linuxCards(system, await nvidiaCards(system)),
    win32: windowsCards,
    darwin: macCards,
  };
  const cards = (await search[system.platform]?.(system)) ?? [];
  return cards
    .filter(({ name }) => !notForComputing.test(name))
    .sort((a, b) => (b.memoryBytes ?? 0) - (a.memoryBytes ?? 0));
}
