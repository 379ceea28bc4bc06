/** What the studio knows about VAEs. Browser-safe. */
import { z } from 'zod';

const count = z.int().positive();
const latentChannels = z.int().min(1).max(64);

/** The autoencoder's kind and sizes, by its weights' names. */
export const autoencoderConfigSchema = z.discriminatedUnion('kind', [
  /** The studio's own (main/models/vae-cells.ts). */
  z.strictObject({
    kind: z.literal('cells'),
    reduction: z.union([z.literal(4), z.literal(8)]),
    latentChannels,
    width: count,
    encoderBlocks: count,
    decoderBlocks: count,
  }),
  /** Stable Diffusion's and its descendants' (main/models/vae-kl.ts). */
  z.strictObject({
    kind: z.literal('kl'),
    latentChannels,
    blockOutChannels: z.array(count).min(1).max(8),
    layersPerBlock: count,
    normGroups: count,
    midBlockAttention: z.boolean(),
    quantConv: z.boolean(),
    postQuantConv: z.boolean(),
  }),
  /** TAESD and its kin (main/models/vae-tiny.ts). */
  z.strictObject({
    kind: z.literal('tiny'),
    latentChannels,
    encoderWidth: count,
    decoderWidth: count,
    encoderBlocks: z.array(z.int().nonnegative()).min(1).max(8),
    decoderBlocks: z.array(z.int().nonnegative()).min(1).max(8),
  }),
]);

/** Where a VAE lives and where it is from. */
export const vaeOriginSchema = z.enum(['shipped', 'added', 'downloaded', 'trained']);
export type VaeOrigin = z.infer<typeof vaeOriginSchema>;

/** A VAE that can be used now. */
export const vaeInfoSchema = z.strictObject({
  /** What commands and manifests call it: `starter`, `sd-vae-ft-mse`, `vae-001`. */
  name: z.string(),
  title: z.string(),
  description: z.string(),
  origin: vaeOriginSchema,
  /** First 16 hex digits of the SHA-256 of its weights. */
  hash: z.string(),
  latentChannels: count,
  reduction: count,
  parameters: count,
  /** Of its weights on the disk. */
  bytes: z.int().nonnegative(),
  licence: z.string().optional(),
  /** Where it was downloaded or copied from. */
  source: z.string().optional(),
});
export type VaeInfo = z.infer<typeof vaeInfoSchema>;

/** A VAE that can be downloaded: all that a person must know before. */
export const vaeDownloadSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  licence: z.string(),
  url: z.string(),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Bytes that an earlier try has left. */
  arrived: z.int().nonnegative(),
});
export type VaeDownload = z.infer<typeof vaeDownloadSchema>;

export const vaeListSchema = z.strictObject({
  vaes: z.array(vaeInfoSchema),
  /** Those that are not there yet. */
  downloads: z.array(vaeDownloadSchema),
  /** Folders of the studio's own that can not be read any more, and why. */
  damaged: z.array(z.strictObject({ name: z.string(), reason: z.string() })).optional(),
});
export type VaeList = z.infer<typeof vaeListSchema>;

/** How well one picture comes back. */
export const reconstructionSchema = z.strictObject({
  /** The picture's id and where it came from. */
  id: z.string(),
  source: z.string(),
  /** In dB; null for a picture that comes back without any error. */
  psnr: z.number().nullable(),
  /** Structural similarity, 1 for equal pictures. */
  ssim: z.number(),
  /** PNGs, relative to the project; absent where they were not kept. */
  original: z.string().optional(),
  reconstruction: z.string().optional(),
  /** Grey where nothing changed. */
  difference: z.string().optional(),
});
export type Reconstruction = z.infer<typeof reconstructionSchema>;

/** How well a VAE gives a project's pictures back: the ceiling for everything that is trained on its latents. */
export const reconstructionCheckSchema = z.strictObject({
  vae: z.strictObject({ name: z.string(), hash: z.string() }),
  checkedAt: z.iso.datetime(),
  /** Pictures that were tried, and that the project has in use. */
  pictures: count,
  ofPictures: count,
  psnrMean: z.number(),
  ssimMean: z.number(),
});
export type ReconstructionCheck = z.infer<typeof reconstructionCheckSchema>;
