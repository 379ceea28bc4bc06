/**
 * A Vulkan device in software, so that everything for WebGPU runs truly, if slowly, where there is no GPU. Debian's Chromium
 * brings the driver (SwiftShader) and a Vulkan loader; nothing is installed for it, and nothing else of the computer is used.
 */
import { existsSync, mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
const found = folders.find((folder) =>
  ['vk_swiftshader_icd.json', 'libvk_swiftshader.so', 'libvulkan.so.1'].every((file) => existsSync(join(folder, file))),
);

/** Why there is none here; undefined where there is one. */
export const noSoftwareVulkan: string | undefined =
  found === undefined
    ? "there is no Chromium with a software Vulkan driver (Debian's package chromium has one)"
    : undefined;

/** Stays loaded until the process ends (glibc's RTLD_NODELETE, which Node does not name). */
const noDelete = 0x1000;

/** The same for a process that is started with it. */
export const softwareVulkanEnv = (): Readonly<Record<string, string>> => ({
  VK_ICD_FILENAMES: join(found ?? '', 'vk_swiftshader_icd.json'),
  LD_LIBRARY_PATH: found ?? '',
  XDG_RUNTIME_DIR: mkdtempSync(join(tmpdir(), 'cauchy-xdg-')),
});

/** Makes the software device the only one that WebGPU finds. Must run before the first WebGPU session of the process. */
export function useSoftwareVulkan(): void {
  if (found === undefined) return;
  process.env['VK_ICD_FILENAMES'] = join(found, 'vk_swiftshader_icd.json');
  process.env['XDG_RUNTIME_DIR'] ??= mkdtempSync(join(tmpdir(), 'cauchy-xdg-'));
  try {
    // Dawn looks for libvulkan.so.1 by its name, which a loader that is in memory already answers to.
    process.dlopen({ exports: {} }, join(found, 'libvulkan.so.1'), constants.dlopen.RTLD_NOW | noDelete);
  } catch {
    // It is no Node addon, as Node complains after loading it.
  }
}
