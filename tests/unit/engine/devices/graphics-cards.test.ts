import { describe, expect, it } from 'vitest';
import { findGraphicsCards } from '../../../../main/engine/devices/graphics-cards.ts';
import { fakeSystem } from '../../../support/fake-system.ts';

const gibibyte = 2 ** 30;

const desktop = {
  '/sys/class/drm/card0/device/vendor': '0x10de\n',
  '/sys/class/drm/card0/device/device': '0x2684\n',
  '/sys/class/drm/card1/device/vendor': '0x8086\n',
  '/sys/class/drm/card1/device/device': '0xa780\n',
  '/sys/class/drm/card1-HDMI-A-1/status': 'connected\n',
  '/usr/share/misc/pci.ids': [
    '# a comment',
    '1002  Advanced Micro Devices, Inc. [AMD/ATI]',
    '\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]',
    '\t\t1002 0e3b  RX 7900 XTX',
    '8086  Intel Corporation',
    '\ta780  Raptor Lake-S GT1 [UHD Graphics 770]',
    '10de  NVIDIA Corporation',
    '\t2684  AD102 [GeForce RTX 4090]',
    '\ta780  Another card with the other’s number',
  ].join('\n'),
};

describe('on Linux', () => {
  it('NVIDIA’s own program names its cards, the kernel the others, the one with most memory first', async () => {
    const system = fakeSystem({
      files: desktop,
      links: { '/sys/class/drm/card1/device/driver': '../../../../bus/pci/drivers/i915' },
      programs: { 'nvidia-smi': 'NVIDIA GeForce RTX 4090, 24564, 560.35.03\n' },
    });
    expect(await findGraphicsCards(system)).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', memoryBytes: 24564 * 2 ** 20, driver: 'NVIDIA 560.35.03' },
      { name: 'Intel UHD Graphics 770', driver: 'i915' },
    ]);
  });

  it('without NVIDIA’s driver its card is still named, with the driver that there is', async () => {
    const system = fakeSystem({
      files: desktop,
      links: { '/sys/class/drm/card0/device/driver': '../../../../bus/pci/drivers/nouveau' },
    });
    expect(await findGraphicsCards(system)).toEqual([
      { name: 'NVIDIA GeForce RTX 4090', driver: 'nouveau' },
      { name: 'Intel UHD Graphics 770' },
    ]);
  });

  it('finds the card in a container that has the driver but not the program', async () => {
    const system = fakeSystem({
      files: {
        '/sys/class/drm/card0/device/vendor': '0x10de',
        '/sys/class/drm/card0/device/device': '0x2330',
        '/proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 2024\n',
        '/proc/driver/nvidia/gpus/0000:01:00.0/information': 'Model: \t\t NVIDIA H100 80GB HBM3\nIRQ: 40\n',
      },
    });
    expect(await findGraphicsCards(system)).toEqual([{ name: 'NVIDIA H100 80GB HBM3', driver: 'NVIDIA 550.54.15' }]);
  });

  it('tells the memory of an AMD card, and its number where the list has no name', async () => {
    const device = '/sys/class/drm/card0/device';
    const files = {
      [`${device}/vendor`]: '0x1002',
      [`${device}/device`]: '0x744C',
      [`${device}/mem_info_vram_total`]: '25753026560',
      // The number is another maker's.
      '/usr/share/hwdata/pci.ids': '1002  AMD\n\t0001  Another\n10de  NVIDIA\n\t744c  Not this\n',
    };
    expect(await findGraphicsCards(fakeSystem({ files }))).toEqual([
      { name: 'AMD graphics (1002:744c)', memoryBytes: 25753026560 },
    ]);
  });

  it('passes over adapters of virtual machines, and finds nothing where there is nothing', async () => {
    const device = '/sys/class/drm/card0/device';
    const files = { [`${device}/vendor`]: '0x1af4', [`${device}/device`]: '0x1050' };
    expect(await findGraphicsCards(fakeSystem({ files }))).toEqual([]);
    expect(await findGraphicsCards(fakeSystem({}))).toEqual([]);
  });
});

describe('on Windows', () => {
  const found = (answer: string) =>
    findGraphicsCards(fakeSystem({ platform: 'win32', programs: { 'powershell.exe': answer } }));

  it('takes memory beyond 4 GiB, and leaves out what draws in software', async () => {
    const cards = [
      { name: 'Microsoft Basic Render Driver', driver: '10.0', memory: 0 },
      { name: 'Intel(R) UHD Graphics', driver: '31.0.101.2111', memory: gibibyte },
      { name: 'NVIDIA GeForce RTX 3060', driver: '32.0.15.6094', memory: 12 * gibibyte },
    ];
    expect(await found(JSON.stringify(cards))).toEqual([
      { name: 'NVIDIA GeForce RTX 3060', driver: '32.0.15.6094', memoryBytes: 12 * gibibyte },
      { name: 'Intel(R) UHD Graphics', driver: '31.0.101.2111', memoryBytes: gibibyte },
    ]);
  });

  it('knows no card when PowerShell gives no answer or another one', async () => {
    expect(await findGraphicsCards(fakeSystem({ platform: 'win32' }))).toEqual([]);
    expect(await found('')).toEqual([]);
    expect(await found('{"name":5}')).toEqual([]);
  });
});

it('on a Mac the chip is named with its cores', async () => {
  const answer = {
    SPDisplaysDataType: [
      {
        sppci_model: 'Apple M3 Pro',
        sppci_cores: '18',
        spdisplays_mtlgpufamilysupport: 'spdisplays_metal3',
        spdisplays_ndrvs: [],
      },
    ],
  };
  const system = fakeSystem({ platform: 'darwin', programs: { system_profiler: JSON.stringify(answer) } });
  expect(await findGraphicsCards(system)).toEqual([{ name: 'Apple M3 Pro, 18 cores', driver: 'Metal 3' }]);
});
