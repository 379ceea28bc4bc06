/** VAEs of the fake, what they give back of pictures, and the figures of one in training. */
import { Random } from '../../../main/base/random.ts';
import type {
  LatentCache,
  Reconstruction,
  VaeDownload,
  VaeInfo,
  VaeMetricsRow,
  VaeRunRecord,
  VaeTrainingConfig,
} from '../studio.ts';

const vae = { latentChannels: 4, reduction: 8, licence: 'Apache-2.0' } as const;

export const starter: VaeInfo = {
  ...vae,
  name: 'starter',
  title: 'Starter VAE',
  description: 'Ships with the studio: small and fast, made for a first model on a computer without a GPU.',
  origin: 'shipped',
  hash: '5f0c4b1ad2e98a37',
  parameters: 1_134_216,
  bytes: 2_274_112,
};

export const added: VaeInfo = {
  ...vae,
  name: 'moths-f4',
  title: 'moths-f4',
  description: 'AutoencoderKL as diffusers writes it, 4 levels, attention in the middle.',
  origin: 'added',
  hash: 'a3381f90c77be120',
  reduction: 4,
  latentChannels: 8,
  parameters: 55_312_003,
  bytes: 221_250_560,
  licence: 'not known',
  source: '/home/ada/Models/moths-f4/vae',
};

export const tiny: VaeInfo = {
  ...vae,
  name: 'taesd',
  title: 'TAESD, a tiny one',
  description: 'A small relative of Stable Diffusion’s: nearly as good, many times faster.',
  origin: 'downloaded',
  hash: '0d1c77e2b4a95f61',
  parameters: 2_445_063,
  bytes: 9_793_292,
  licence: 'MIT',
  source: 'https://huggingface.co/madebyollin/taesd',
};

export const downloads: readonly VaeDownload[] = [
  {
    name: 'sd-vae-ft-mse',
    title: 'Stable Diffusion’s, smooth',
    description: 'The usual choice for photographs of 256 pixels and more. Trained longer for small errors (MSE).',
    licence: 'MIT',
    url: 'https://huggingface.co/stabilityai/sd-vae-ft-mse/resolve/main/diffusion_pytorch_model.safetensors',
    bytes: 334_643_276,
    sha256: 'a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815',
    arrived: 0,
  },
  {
    name: 'sd-vae-ft-ema',
    title: 'Stable Diffusion’s, sharp',
    description: 'Like the smooth one, with crisper detail and slightly larger errors.',
    licence: 'MIT',
    url: 'https://huggingface.co/stabilityai/sd-vae-ft-ema/resolve/main/diffusion_pytorch_model.safetensors',
    bytes: 334_643_276,
    sha256: '3d3b0c8f5b0d2e6a9e2f4c57a1b8e0d94c6f7a2e1b3d5c7f9a0b2c4d6e8f1a3b',
    arrived: 0,
  },
  {
    name: 'taesd',
    title: tiny.title,
    description: tiny.description,
    licence: 'MIT',
    url: 'https://huggingface.co/madebyollin/taesd/resolve/main/diffusion_pytorch_model.safetensors',
    bytes: tiny.bytes,
    sha256: '7b2c1d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c',
    arrived: 0,
  },
];

/** A VAE that a run has trained. */
export const trainedVae = ({ id, name, plan, config }: VaeRunRecord): VaeInfo => ({
  ...vae,
  name: id,
  title: name,
  description: `Trained on this project’s pictures for ${plan.steps.toLocaleString('en')} steps.`,
  origin: 'trained',
  hash: 'c0ffee00c0ffee00',
  reduction: config.reduction,
  latentChannels: config.latentChannels,
  parameters: plan.parameters,
  bytes: 4 * plan.parameters,
});

/** A set of latents as it is after encoding. */
export const cacheOf = (of: VaeInfo, change: Partial<LatentCache> = {}): LatentCache => ({
  key: `${of.name}-${of.hash.slice(0, 6)}`,
  vae: { name: of.name, hash: of.hash },
  posterior: 'mean',
  flip: false,
  precision: 'full',
  pictureSize: 64,
  pictures: 5120,
  bytes: 5120 * 4 * of.latentChannels * (64 / of.reduction) ** 2,
  complete: true,
  upToDate: true,
  chosen: false,
  encodedAt: '2026-03-03T14:05:00Z',
  usedBy: [],
  retried: 0,
  leftOut: [],
  ...change,
});

export const leftOut = [17, 803].map((n) => ({
  id: n.toString(16).padStart(16, '0'),
  source: `/home/ada/faces/portrait ${String(n + 1).padStart(5, '0')}.jpg`,
  reason: 'Its latent holds numbers that are not finite (NaN), in half and in full precision.',
}));

/** How well the picture at a place of the list comes back, the worst first. */
export function reconstructionAt(index: number, total: number): Reconstruction {
  const share = index / Math.max(1, total - 1);
  const picture = (index * 7919) % total;
  const id = picture.toString(16).padStart(16, '0');
  // The few worst are much worse than the rest.
  const psnr = 24.5 + 6 * share - 8.5 * Math.exp(-share * 40) - 2 * Math.exp(-share * 4);
  return {
    id,
    source: `/home/ada/faces/portrait ${String(picture + 1).padStart(5, '0')}.jpg`,
    psnr,
    ssim: 1 - 0.9 * 10 ** (-psnr / 26),
    original: `dataset/images/${id}.png`,
    reconstruction: `checks/${id}-back.png`,
    difference: `checks/${id}-difference.png`,
  };
}

export const vaeSteps = ({ length }: VaeTrainingConfig) =>
  length.kind === 'steps' ? length.steps : Math.round(480 * length.minutes);

/** Rows `from` + 1 … `to`; the same rows however they are asked for. */
export function vaeMetricsRows(config: VaeTrainingConfig, steps: number, from: number, to: number): VaeMetricsRow[] {
  const { loss: weights } = config;
  return Array.from({ length: to - from }, (_, i) => {
    const step = from + i + 1;
    const random = new Random({ seed: config.seed, stream: 'test', index: step });
    const noisy = (value: number) => value * Math.exp(random.normal(0, 0.08));
    const learned = 1 / (1 + step / (0.02 * steps));
    const bad = step === Math.floor(steps * 0.31);
    const value = (clean: number) => (bad ? null : noisy(clean));
    const l1 = value(0.048 + 0.36 * learned);
    const structure = value(0.07 + 0.55 * learned);
    const kl = value(2.1 + 3 * learned);
    const klWeight = weights.kl * Math.min(1, step / Math.max(1, weights.klWarmUp * steps));
    const hasPatches = weights.discriminator.kind === 'patch';
    return {
      step,
      loss: l1 === null ? null : weights.l1 * l1 + weights.structure * structure! + klWeight * kl!,
      l1,
      structure,
      kl,
      klWeight,
      psnr: l1 === null ? null : -20 * Math.log10(0.72 * l1),
      ...(hasPatches && { adversarial: value(0.4), discriminatorLoss: value(0.9) }),
      gradNorm: value(0.3 + learned),
      learningRate: config.learningRate,
      stepSeconds: 0.12 * (1 + Math.abs(random.normal(0, 0.05))),
      seconds: 0.122 * step,
      skipped: step >= Math.floor(steps * 0.31) ? 1 : 0,
    };
  });
}
