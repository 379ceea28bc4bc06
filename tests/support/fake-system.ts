/** A computer for tests of the hardware search: files, links and programs as they are given, and nothing else. */
import type { System } from '../../main/engine/devices/system.ts';

interface FakeSystem {
  readonly platform?: NodeJS.Platform;
  readonly arch?: NodeJS.Architecture;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** What each program prints. */
  readonly programs?: Readonly<Record<string, string>>;
}

export function fakeSystem({
  platform = 'linux',
  arch = 'x64',
  env = {},
  files = {},
  links = {},
  programs = {},
}: FakeSystem): System {
  const below = (folder: string) =>
    Object.keys({ ...files, ...links }).flatMap((path) =>
      path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1).split('/')[0]!] : [],
    );
  return {
    platform,
    arch,
    env,
    run: (program) => Promise.resolve(programs[program]),
    read: (path) => Promise.resolve(files[path]),
    list: (folder) => Promise.resolve([...new Set(below(folder))]),
    link: (path) => Promise.resolve(links[path]),
  };
}
