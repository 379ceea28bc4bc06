/** What is no VAE, or a damaged one: each is refused with words that say what is wrong. The layouts themselves are in tests/golden/vaes.test.ts. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../../main/storage/safetensors.ts';
import type { NamedTensor } from '../../../main/storage/safetensors.ts';
import { starterConfig } from '../../../main/vae/starter.ts';
import { editDistance } from '../../../main/vae/formats/match.ts';
import { readVae } from '../../../main/vae/formats/read.ts';
import { temporaryFolder } from '../../support/folders.ts';

const golden = join(import.meta.dirname, '..', '..', 'golden', 'vaes');
const usual = 'diffusion_pytorch_model.safetensors';
const tinyWeights = [...(await readSafetensors(join(golden, 'tiny-f16', usual))).tensors.values()];
const tensor = (name: string, ...shape: number[]): NamedTensor => ({
  name,
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
/** The words for a file of these tensors. */
async function refusal(tensors: readonly NamedTensor[], name = 'vae.safetensors'): Promise<string> {
  const path = join(folder, name);
  await writeSafetensors(path, tensors);
  return refusalOf(path);
}
const refusalOf = (path: string): Promise<string> =>
  readVae(path).then(
    () => 'it was read',
    (thrown: Error) => thrown.message.replaceAll(folder, ''),
  );
/** A folder of diffusers whose config.json is changed. */
function configured(change: Record<string, unknown>, family = 'kl-f32'): string {
  cpSync(join(golden, family), folder, { recursive: true });
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
  return folder;
}
/** The weights of the tiny VAE with one of them replaced. */
const replaced = (name: string, ...by: NamedTensor[]): NamedTensor[] =>
  tinyWeights.flatMap((one) => (one.name === name ? by : [one]));

describe('a file of weights', () => {
  it('without a configuration is read by its shapes', async () => {
    const path = join(folder, 'my tiny one.safetensors');
    await writeSafetensors(path, tinyWeights);
    expect(await readVae(path)).toMatchObject({
      name: 'my tiny one',
      config: { kind: 'tiny', encoderBlocks: [1, 2, 1], decoderBlocks: [2, 1, 1], encoderWidth: 8, decoderWidth: 12 },
      hash: /^[0-9a-f]{16}$/.exec((await readVae(path)).hash)![0],
    });
  });

  it('of the studio’s own kind, too', async () => {
    const resources = join(import.meta.dirname, '..', '..', '..', 'resources');
    expect((await readVae(join(resources, 'vae', 'starter.safetensors'))).config).toEqual(starterConfig);
  });

  it('that lacks weights is refused with their names, and with what is probably meant', async () => {
    const name = 'encoder.layers.1.conv.2.weight';
    const slip = { ...tinyWeights.find((one) => one.name === name)!, name: 'encoder.layers.1.conv.2.wieght' };
    expect(await refusal(replaced(name, slip))).toMatch(
      `it lacks 1 of ${tinyWeights.length} weights: ${name} (it has encoder.layers.1.conv.2.wieght; is that meant?); it has 1 that the network does not know`,
    );
  });

  it('whose list of faults is long is refused with the first five', async () => {
    const words = await refusal([...tinyWeights, ...Array.from({ length: 30 }, (_, i) => tensor(`new.${i}`, 1))]);
    expect(words).toMatch('it has 30 that the network does not know: new.0, new.1, new.2, new.3, new.4 and 25 more');
  });

  it('with a weight of another shape is refused with both shapes', async () => {
    const words = await refusal(replaced('encoder.layers.1.conv.0.bias', tensor('encoder.layers.1.conv.0.bias', 9)));
    expect(words).toMatch('encoder.layers.1.conv.0.bias (9 instead of 8)');
  });

  it('with NaN or infinity is refused with the tensor', async () => {
    const bad = {
      ...tensor('encoder.layers.1.conv.0.bias', 8),
      data: Float32Array.of(1, NaN, 1, Infinity, 1, 1, 1, 1),
    };
    expect(await refusal(replaced('encoder.layers.1.conv.0.bias', bad))).toMatch(/2 of “encoder.layers.1.conv.0.bias”/);
  });

  it('that has one weight under two names is refused', async () => {
    const both = ['query', 'to_q'].map((name) => tensor(`encoder.mid_block.attentions.0.${name}.weight`, 8, 8));
    expect(await refusal(both)).toMatch('it has encoder.mid_block.attentions.0.to_q.weight under two names');
  });

  it.each([
    ['model.diffusion_model.input_blocks.0.0.weight', 'a diffusion model without its VAE'],
    ['down_blocks.0.attentions.0.norm.weight', 'the U-Net of a diffusion model'],
    ['text_model.embeddings.token_embedding.weight', 'a text encoder'],
    ['transformer_blocks.0.attn.to_q.weight', 'the transformer of a diffusion model'],
    ['lora_unet_down_blocks_0.lora_up.weight', 'a LoRA'],
    ['quantize.embedding.weight', 'an autoencoder with a code book'],
    ['3.conv.0.weight', 'one half of TAESD'],
  ])('with %s is called what it is', async (name, what) => {
    expect(await refusal([tensor(name, 2, 2)])).toMatch(`it is ${what}`);
  });

  it('of which nothing is known is said to be none of a VAE', async () => {
    expect(await refusal([tensor('weights', 2)])).toMatch('its weights are not of a VAE that the studio knows');
  });

  it('in a folder with others of its kind is to be chosen by the person', async () => {
    for (const name of ['a.safetensors', 'b.safetensors']) await writeSafetensors(join(folder, name), tinyWeights);
    expect(await refusalOf(folder)).toMatch('it holds 2 files of weights; choose one of them');
  });
});

describe('a config.json', () => {
  it.each([
    [{ _class_name: 'VQModel' }, 'its config.json is of “VQModel”; the studio reads AutoencoderKL and AutoencoderTiny'],
    [{ act_fn: 'gelu' }, 'its configuration says act_fn = "gelu", which the studio does not have'],
    [{ norm_type: 'spatial' }, 'its configuration has options that the studio does not know: norm_type'],
    [
      { down_block_types: ['DownEncoderBlock2D', 'AttnDownEncoderBlock2D'] },
      'down_block_types.1 = "AttnDownEncoderBlock2D"',
    ],
    [{ norm_num_groups: 3 }, 'the 3 groups of its norms do not divide its 8 channels'],
    [{ latent_channels: 8 }, 'encoder.conv_out.weight (8×16×3×3 instead of 16×16×3×3)'],
    [{ mid_block_add_attention: false }, 'it has 20 that the network does not know: decoder.mid_block.attentions.0'],
  ])('that says %j is refused', async (change, words) => {
    expect(await refusalOf(configured(change))).toMatch(words);
  });

  it('of a tiny VAE with levels of different widths is refused', async () => {
    const words = await refusalOf(configured({ encoder_block_out_channels: [8, 8, 16] }, 'tiny-f16'));
    expect(words).toMatch('encoder_block_out_channels = [8,8,16] for 3 levels; the studio has one width');
  });

  it('of another kind than the weights is refused', async () => {
    configured({}, 'kl-f32');
    cpSync(join(golden, 'tiny-f16', usual), join(folder, usual));
    expect(await refusalOf(folder)).toMatch('its config.json is of another kind of VAE than its weights');
  });
});

describe('the distance of two names', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('%s, %s: %d', (a, b, edits) => expect(editDistance(a, b)).toBe(edits));
});
