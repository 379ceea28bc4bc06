/** The field's words, each with a plain name and one sentence of help. The screen says the plain name and gives the term in brackets. */

export interface Term {
  /** What the screen says. */
  readonly plain: string;
  /** What the field says; shown in brackets. */
  readonly term: string;
  readonly help: string;
}

export const glossary = {
  latent: {
    plain: 'compressed picture',
    term: 'latent',
    help: 'A small grid of numbers that stands for a picture. Training on it is many times faster than on pixels.',
  },
  vae: {
    plain: 'picture compressor',
    term: 'VAE',
    help: 'The network that turns a picture into a compressed picture (latent) and back.',
  },
  channel: {
    plain: 'layer of a compressed picture',
    term: 'channel',
    help: 'A compressed picture has several layers of numbers, as a photo has red, green and blue.',
  },
  consistencyModel: {
    plain: 'one-step picture maker',
    term: 'consistency model',
    help: 'A network that learns to jump from pure noise to a finished picture in a single step.',
  },
  loss: {
    plain: 'error',
    term: 'loss',
    help: 'How far the model is from what it should give. Lower is better, but only within one stage of the training.',
  },
  consistencyLoss: {
    plain: 'disagreement between neighbouring noise levels',
    term: 'consistency loss',
    help: 'The model should give the same picture from two slightly different amounts of noise; this is how far it is from that.',
  },
  diffusionLoss: {
    plain: 'denoising error',
    term: 'diffusion loss',
    help: 'How well the model removes a little noise in one go. It steadies the training.',
  },
  velocityLoss: {
    plain: 'error of the direction',
    term: 'velocity error',
    help: 'How far the direction from noise to picture that the model gives (MeanFlow) is from the right one. It falls where the weighted loss hardly moves.',
  },
  gradNorm: {
    plain: 'size of the correction',
    term: 'gradient norm',
    help: 'How strongly a step wants to change the model, before the learning rate is applied.',
  },
  levels: {
    plain: 'noise levels',
    term: 'N',
    help: 'Into how many amounts of noise the way from picture to pure noise is divided. It doubles in stages; each stage is harder and has its own scale of error.',
  },
  c: {
    plain: 'tolerance for extreme values',
    term: 'c of the Cauchy loss',
    help: 'Errors far above this size count less and less. It shrinks as training gets finer.',
  },
  cauchyLoss: {
    plain: 'ignore extreme values',
    term: 'Cauchy loss',
    help: 'A way of measuring error that hardly listens to extreme values, so that a few odd ones can not spoil the training.',
  },
  residual: {
    plain: 'disagreement of student and teacher',
    term: 'TD residual',
    help: 'How far the model’s answers for the same picture with a little more and a little less noise are apart. Training makes it smaller.',
  },
  influence: {
    plain: 'pull on the update',
    term: 'influence ψ',
    help: 'How strongly a sample with a residual of this size changes the model. Under some losses extreme samples hardly pull.',
  },
  lossLens: {
    plain: 'who drives the training',
    term: 'loss lens',
    help: 'What each loss would make of the residuals that were measured: nothing is trained again for it.',
  },
  learningRate: {
    plain: 'size of each learning step',
    term: 'learning rate',
    help: 'Larger learns faster and may become unstable; smaller is steadier and slower.',
  },
  step: {
    plain: 'training step',
    term: 'step',
    help: 'The model looks at one batch of pictures and is corrected once.',
  },
  batch: {
    plain: 'pictures per step',
    term: 'batch size',
    help: 'How many pictures the model looks at before each correction.',
  },
  microBatch: {
    plain: 'pictures at once',
    term: 'micro-batch',
    help: 'How many pictures of a step are on the device together. Fewer need less memory, and the result is the same.',
  },
  skipped: {
    plain: 'steps rolled back',
    term: 'NaN guard',
    help: 'Steps whose numbers stopped being finite. They are undone, so the model keeps its last good state.',
  },
  halvings: {
    plain: 'learning rate halved',
    term: 'NaN limit',
    help: 'When too many steps had to be rolled back, the size of the learning steps is halved for the rest of the run.',
  },
  ema: {
    plain: 'averaged model',
    term: 'EMA',
    help: 'The average of the model over its latest steps. It gives calmer pictures, so it is the one that draws.',
  },
  nfe: {
    plain: 'steps per picture',
    term: 'NFE',
    help: 'How often the network runs for one picture: 1 is fastest, 2 is a little better.',
  },
  seed: {
    plain: 'starting number',
    term: 'seed',
    help: 'The number the noise is made from. The same number gives the same picture.',
  },
  checkpoint: {
    plain: 'saved state',
    term: 'checkpoint',
    help: 'Everything that is needed to go on with a run exactly where it was.',
  },
  parameters: {
    plain: 'size of the model',
    term: 'parameters',
    help: 'How many numbers the model learns. More can learn more, and takes longer per step.',
  },
  frechet: {
    plain: 'distance to your pictures',
    term: 'Fréchet distance of latents',
    help: 'How much the made pictures as a whole differ from pictures the model has never seen. Lower is better.',
  },
  heldOut: {
    plain: 'pictures kept aside',
    term: 'held-out set',
    help: 'The model never sees them; they measure its quality.',
  },
  tukeyFences: {
    plain: 'fences',
    term: "Tukey's fences",
    help: 'Borders at 1.5 (inner) and 3 (outer) box lengths beyond the box. Values past them are outliers.',
  },
  boxPlot: {
    plain: 'box plot',
    term: 'box-and-whisker plot',
    help: 'The box holds the middle half of all values, the line in it is the median, dots are outliers.',
  },
  kurtosis: {
    plain: 'heaviness of the tails',
    term: 'excess kurtosis',
    help: '0 for a bell curve; larger when extreme values are more common than a bell curve has them.',
  },
  outlier: {
    plain: 'extreme value',
    term: 'outlier',
    help: 'A number of a compressed picture (latent) far from nearly all others of its channel: beyond the inner fences, or, far out, beyond the outer ones.',
  },
  robustZ: {
    plain: 'usual spreads from the middle',
    term: 'robust z',
    help: 'How far a value is from the median of its channel, in spreads that outliers hardly move (MAD). Under a bell curve 1 value in 370 is farther than 3.',
  },
  vaeHabit: {
    plain: 'habit of the compressor',
    term: 'position-locked artefact',
    help: 'The picture compressor (VAE) gives an outlier at the same place of most pictures, whatever they show.',
  },
  bellCurve: {
    plain: 'bell curve',
    term: 'normal distribution',
    help: 'What most natural measurements look like: extreme values are practically absent.',
  },
  curriculum: {
    plain: 'stages of the training',
    term: 'curriculum',
    help: 'Training starts with few noise levels and doubles them stage by stage, from easy to fine.',
  },
  optimalTransport: {
    plain: 'pair noise with similar pictures',
    term: 'minibatch optimal transport',
    help: 'In each step noise and pictures are matched so that the ways between them are short and do not cross.',
  },
  gemm: {
    plain: 'multiplying matrices',
    term: 'GEMM',
    help: 'Most of what training computes. The figure is how many billions (GFLOP/s) of multiplications and additions are done a second.',
  },
  device: {
    plain: 'what computes',
    term: 'device',
    help: 'The processor or a graphics card. A graphics card is mostly many times faster.',
  },
  reconstruction: {
    plain: 'what comes back of a picture',
    term: 'reconstruction',
    help: 'A picture that was compressed and made into a picture again. The difference is what the picture compressor (VAE) has lost.',
  },
  psnr: {
    plain: 'closeness to the original',
    term: 'PSNR',
    help: 'How small the error of the pixels is, in decibels (dB). Each 6 dB more is half the error; 25 dB is soft, 35 dB is nearly as it was.',
  },
  ssim: {
    plain: 'likeness of structure',
    term: 'SSIM',
    help: 'How alike edges and patterns are: 1 for equal pictures, 0 for nothing in common.',
  },
  posterior: {
    plain: 'most likely value and its doubt',
    term: 'posterior',
    help: 'What a picture compressor (VAE) gives for each number of a compressed picture; either the most likely value or a draw is stored.',
  },
  l1: {
    plain: 'error of the colours',
    term: 'L1',
    help: 'How far the pixels that come back are off, on average. Lower is better.',
  },
  structure: {
    plain: 'error of the structure',
    term: '1 − multi-scale SSIM',
    help: 'How unlike edges and patterns of a picture that comes back are, coarse and fine. Lower is better.',
  },
  kl: {
    plain: 'untidiness of the latents',
    term: 'KL divergence',
    help: 'How far compressed pictures are from plain noise of size 1. A little is wanted: models learn from it more easily.',
  },
  klWeight: {
    plain: 'how much tidiness counts',
    term: 'KL weight',
    help: 'It rises from nothing at the start of a run, so that the network first learns to see.',
  },
  adversarial: {
    plain: 'what the judge of sharpness says',
    term: 'adversarial loss',
    help: 'How easily the second network tells what comes back from real pictures. Lower means that it is taken in.',
  },
  discriminatorLoss: {
    plain: 'error of the judge of sharpness',
    term: 'discriminator loss',
    help: 'How often the second network is wrong. If it falls to nothing, the judge has won and helps no more.',
  },
  idle: {
    plain: 'waiting for pictures',
    term: 'idle share',
    help: 'The share of time in which the device had nothing to do because pictures were still being read.',
  },
  quarantine: {
    plain: 'could not be used',
    term: 'quarantined',
    help: 'A file that could not be read as a picture. It is listed with the reason and never touched.',
  },
} as const satisfies Record<string, Term>;

export type TermName = keyof typeof glossary;

/** `Noise levels (N)`. */
export function named(name: TermName): string {
  const { plain, term } = glossary[name];
  return `${capitalised(plain)} (${term})`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
