/** Sampling on a device: company, classes, guidance, and how often the network is asked. */
import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../main/base/random.ts';
import type { Device } from '../../../main/engine/contract.ts';
import { createLocalDevice } from '../../../main/engine/local-device.ts';
import { checkClass } from '../../../main/generation/request.ts';
import { galleryPictureSchema } from '../../../main/gallery/schema.ts';
import { createSampler, inSteps } from '../../../main/generation/sample.ts';
import type { SampleRequest } from '../../../main/generation/sample.ts';
import { plainRequest } from '../../../main/generation/schema.ts';
import { networkSpecs } from '../../../main/models/network.ts';
import { initialise } from '../../../main/models/parameters.ts';
import { countFlops } from '../../../main/tensor/ir/flops.ts';
import { networkOf } from '../../../main/training/classes.ts';
import { runLayout, samplingGraph } from '../../../main/training/step.ts';
import { familyTensors, initialState } from '../../../main/training/trainer.ts';
import { tinyConfig, tinyShape } from '../../support/training.ts';

const config = tinyConfig({ classes: { kind: 'folders', count: 3 } });
const layout = runLayout(networkOf(config), tinyShape, 'separate');

/** A sampler on weights that differ from their start: a new network has zeros at its end, which would hide its classes. */
async function samplerOf(batch: number, device: Device = createLocalDevice(1)) {
  const weights = initialise(networkSpecs(networkOf(config), tinyShape), 1).map((parameter, index) => {
    const noise = new Float32Array(parameter.data.length);
    fillNormal(noise, { seed: 2, stream: 'test', index });
    return { ...parameter, data: parameter.data.map((value, i) => value + 0.2 * noise[i]!) };
  });
  await device.createState({ state: 'run', tensors: familyTensors('ema', initialState(weights), layout) });
  return createSampler({ device, state: 'run', layout, config, shape: tinyShape, batch });
}

const seeds = Array.from({ length: 5 }, (_, i) => 100 + i);
const classes = [0, 1, null, 2, 0];
const plain = await samplerOf(16);
const sample = async (request: SampleRequest) => plain.sample(seeds, request);

describe('a sampler', () => {
  it.each<[string, SampleRequest]>([
    ['two steps', { ...inSteps(2), classes }],
    ['guided', { ...inSteps(2), classes: [0, 1, 2, 2, 0], guidance: 1.5 }],
    ['four steps', inSteps(4)],
  ])('makes the same picture of a seed alone and in company: %s', async (_, request) => {
    const alone = await samplerOf(1);
    const [company, apart] = [await sample(request), await alone.sample(seeds, request)];
    expect(apart).toBeAllClose(company, {
      rtol: 1e-5,
      atol: 1e-5,
      because: 'a product of one row and of sixteen may add up in another order; latents are near 1',
    });
  });

  it('in a batch of one size, company changes no bit', async () => {
    const request = { ...inSteps(2), classes: [2] };
    const [one] = [await plain.sample([103], request)];
    const many = await sample({ ...inSteps(2), classes });
    expect(one).toEqual(many.slice(3 * 32, 4 * 32));
  });

  it('gives another picture for another class, and for none', async () => {
    const of = async (label: number | null) => sample({ ...inSteps(1), classes: Array<number | null>(5).fill(label) });
    const pictures = await Promise.all([0, 1, 2, null].map(of));
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < a; b++)
        expect(Math.max(...pictures[a]!.map((x, i) => Math.abs(x - pictures[b]![i]!)))).toBeGreaterThan(1e-3);
    expect(await sample(inSteps(1))).toEqual(pictures[3]);
  });

  it('guides by two evaluations: F_null + s·(F_class − F_null), which f follows', async () => {
    const told = [0, 1, 2, 2, 0];
    const [byClass, byNone] = [await sample({ ...inSteps(1), classes: told }), await sample(inSteps(1))];
    for (const s of [0, 0.5, 2.5]) {
      const expected = byClass.map((x, i) => byNone[i]! + s * (x - byNone[i]!));
      expect(await sample({ ...inSteps(1), classes: told, guidance: s })).toBeAllClose(expected, {
        rtol: 1e-5,
        atol: 1e-5,
        because: 'the same sum in float32, in another order',
      });
    }
  });

  it('at strength 1 asks the network once, in the graph that needs no more', async () => {
    const device = createLocalDevice(1);
    const programs: string[] = [];
    const spy: Device = { ...device, run: (input) => (programs.push(input.program), device.run(input)) };
    const sampler = await samplerOf(4, spy);
    await sampler.sample([1], { ...inSteps(2), classes: [1], guidance: 1 });
    expect(programs).toEqual(['sample run', 'sample run']);
    await sampler.sample([1], { ...inSteps(1), classes: [1], guidance: 2 });
    expect(programs.slice(2)).toEqual(['sample guided run']);
    const work = (guided: boolean) => countFlops(samplingGraph(networkOf(config), tinyShape, 4, layout, guided));
    expect(work(true) / work(false)).toBeGreaterThan(1.9);
    await sampler.release();
  });

  it('refuses steps that make no sense before it asks the network', async () => {
    await expect(sample(inSteps(0))).rejects.toMatchObject({ code: 'sample.badSteps' });
  });
});

describe('a request to a run', () => {
  const run = (dropout: number, unsorted = 0) => ({
    id: 'run-1',
    config: tinyConfig({ classes: { kind: 'folders', count: 2, dropout } }),
    plan: {
      steps: 1,
      parameters: 1,
      latentShape: [2, 4, 4] as [number, number, number],
      trainingPictures: 20 + unsorted,
      heldOutPictures: 0,
      batchSize: 8,
      emaRates: [0.99],
      classes: ['a', 'b'].map((name) => ({ name, pictures: 10 })),
    },
  });
  const asked = (label: number | null, guidance = 1) => ({ class: label, guidance });

  it('names its class, or none', () => {
    expect(checkClass(run(0.1), asked(1))).toBe('b');
    expect(checkClass(run(0.1), asked(0, 1.75))).toBe('a');
    expect(checkClass(run(0.1), asked(null))).toBeUndefined();
  });

  it.each([
    ['a class that is not there', run(0.1), asked(2), 'sample.unknownClass', /a and b/],
    ['guidance without a class', run(0.1), asked(null, 2), 'sample.badGuidance', /class/],
    ['guidance below 0', run(0.1), asked(0, -1), 'sample.badGuidance', /0 to 20/],
    ['no class, of a run that saw none without', run(0), asked(null), 'sample.needsClass', /a and b/],
    ['guidance, of such a run', run(0), asked(0, 2), 'sample.needsClass', /dropout/],
  ])('%s is refused, and the error says what to choose', (_, of, request, code, advice) => {
    expect(() => checkClass(of, request)).toThrow(
      expect.objectContaining({ code, words: expect.objectContaining({ advice: expect.stringMatching(advice) as string }) as object }) as Error, // prettier-ignore
    );
  });

  it('pictures outside every folder teach what no class is, also without dropout', () => {
    expect(checkClass(run(0, 3), asked(null))).toBeUndefined();
  });
});

it('rows of pictures made before there were requests are still read', () => {
  const old = { id: 'a', file: 'gallery/a.png', run: 'run-1', step: 5, nfe: 2, seed: 1, size: 64, createdAt: '2026-03-03T12:00:00.000Z' }; // prettier-ignore
  expect(galleryPictureSchema.parse(old)).toEqual(old);
  const made = { ...old, sampling: { ...plainRequest(2), class: 1, guidance: 1.5 }, className: 'cats' };
  expect(galleryPictureSchema.parse(made)).toEqual(made);
});
