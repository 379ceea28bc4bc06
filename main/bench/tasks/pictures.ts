/** Encoding, decoding and making pictures, as the studio's jobs do it: files in, latents out; latents or seeds in, pixels out. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { loadPicture } from '../../datasets/manifest.ts';
import type { UsedPicture } from '../../datasets/schema.ts';
import type { Device } from '../../engine/contract.ts';
import { createDecoder } from '../../generation/decode.ts';
import { createSampler, inSteps } from '../../generation/sample.ts';
import { encodePictures } from '../../latents/encode.ts';
import { sigmaData } from '../../latents/sigma-data.ts';
import { latentsFolder } from '../../latents/store.ts';
import { readAllLatents } from '../../latents/reader.ts';
import { networkSpecs } from '../../models/network.ts';
import { networkOf } from '../../training/classes.ts';
import { runLayout } from '../../training/step.ts';
import { familyTensors, initialState } from '../../training/trainer.ts';
import { loadVae } from '../../vae/load.ts';
import { deviceKindSchema, openDevice } from '../device.ts';
import { fill, inputStreams, startsOf, startValues } from '../fill.ts';
import { benchVae, vaeNameSchema } from '../vaes.ts';
import { timed } from './task.ts';
import type { Prepare } from './task.ts';
import type { startsSchema } from './step.ts';
import { configOf, latentShape as shape } from './training.ts';

export const encodeSpecSchema = z.strictObject({
  device: deviceKindSchema,
  resources: z.string(),
  vae: vaeNameSchema,
  /** A folder with pictures of one size, PNGs, in the order they are encoded. */
  folder: z.string(),
  files: z.array(z.string()),
  size: z.int().positive(),
  /** `pixels`: pictures are decoded before the clock starts, so that the network is what is timed. */
  from: z.enum(['files', 'pixels']),
});

/** What the encoder must know of a picture whose import nobody recorded. */
const used = (file: string, index: number, size: number): UsedPicture => ({
  kind: 'used',
  id: index.toString(16).padStart(16, '0'),
  source: file,
  file,
  width: size,
  height: size,
  format: 'png',
  bytes: 0,
});

/** A device that opens each program once: a round has few pictures, where the thousands of a project share the time that it takes. */
function openingOnce(device: Device): Device {
  const opened = new Map<string, ReturnType<Device['load']>>();
  return {
    ...device,
    load: (input, ...rest) => {
      const known = opened.get(input.program) ?? device.load(input, ...rest);
      opened.set(input.program, known);
      return known;
    },
    unload: () => Promise.resolve({}),
  };
}

/** A round encodes all pictures to a set of latents on disk; `values`: their mean magnitude. */
export const prepareEncode: Prepare = async (given) => {
  const { device: kind, resources, vae: name, folder, files, size, from } = encodeSpecSchema.parse(given);
  const device = openingOnce(await openDevice(kind));
  const vae = await benchVae(name, resources);
  const pictures = files.map((file, index) => used(file, index, size));
  const decoded = new Map<UsedPicture, Uint8Array>();
  if (from === 'pixels') for (const picture of pictures) decoded.set(picture, await loadPicture(folder, picture));
  const options = {
    project: folder,
    pictures,
    datasetHash: 'bench',
    pictureSize: size,
    vae,
    device,
    loadPixels: async (picture: UsedPicture) => decoded.get(picture) ?? loadPicture(folder, picture),
  };
  return {
    facts: {},
    async round() {
      await rm(join(folder, 'latents'), { recursive: true, force: true });
      let key = '';
      const { ms } = await timed(async () => {
        ({ key } = (await encodePictures(options)).manifest);
        return [];
      });
      const { manifest } = await encodePictures(options);
      const latents = await readAllLatents(latentsFolder(folder, key), manifest);
      return { ms, values: [latents.reduce((sum, value) => sum + Math.abs(value), 0) / latents.length] };
    },
  };
};

export const decodeSpecSchema = z.strictObject({
  device: deviceKindSchema,
  resources: z.string(),
  vae: vaeNameSchema,
  /** Side of the pictures. */
  size: z.int().positive(),
  pictures: z.int().positive(),
  /** Pictures at once. */
  batch: z.int().positive(),
});

/** A round decodes latents made up to RGB bytes; `values`: their mean. */
export const prepareDecode: Prepare = async (given) => {
  const { device: kind, resources, vae: name, size, pictures, batch } = decodeSpecSchema.parse(given);
  const vae = await benchVae(name, resources);
  const side = size / vae.reduction;
  const latentShape = [vae.latentChannels, side, side] as const;
  const dimensions = vae.latentChannels * side * side;
  const asTheyAre = { mean: new Float32Array(dimensions), std: new Float32Array(dimensions).fill(sigmaData) };
  const decoder = await createDecoder(await openDevice(kind), vae, latentShape, asTheyAre, batch, 'bench');
  const latents = fill(pictures * dimensions, inputStreams);
  return {
    facts: {},
    async round() {
      let decoded: Uint8Array[] = [];
      const { ms } = await timed(async () => {
        decoded = await decoder.decode(latents);
        return [];
      });
      const sum = decoded.reduce((all, rgb) => all + rgb.reduce((a, b) => a + b, 0), 0);
      return { ms, values: [sum / (3 * size * size * pictures)] };
    },
  };
};

export const sampleSpecSchema = z.strictObject({
  device: deviceKindSchema,
  resources: z.string(),
  preset: z.string(),
  count: z.int().positive(),
  /** Pictures at once. */
  batch: z.int().positive(),
});

/** A round makes pictures from seeds in one step, decoding included. */
export const prepareSample: Prepare = async (given) => {
  const { device: kind, resources, preset, count, batch } = sampleSpecSchema.parse(given);
  const device = await openDevice(kind);
  const config = await configOf({ resources, preset });
  const layout = runLayout(networkOf(config), shape, (await device.traits({})).layout);
  const starts = startsOf(networkSpecs(networkOf(config), shape));
  const weights = starts.map((start, index) => ({ ...start, data: startValues(start, index) }));
  await device.createState({ state: 'run', tensors: familyTensors('ema', initialState(weights), layout) });
  const sampler = await createSampler({ device, state: 'run', layout, config, shape, batch });
  const ones = new Float32Array(shape[0] * shape[1] * shape[2]).fill(1);
  const normalisation = { mean: ones.map(() => 0), std: ones };
  const decoder = await createDecoder(
    device,
    await loadVae('starter', { resources }),
    shape,
    normalisation,
    batch,
    'run',
  );
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  return {
    facts: { starts } satisfies { starts: z.infer<typeof startsSchema> },
    round: () =>
      timed(async () => {
        const pictures = await decoder.decode(await sampler.sample(seeds, inSteps(1)));
        return [pictures.length];
      }),
  };
};
