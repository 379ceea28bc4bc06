/** The parts of the Latents place, as its address names them: `#/latents/sets`. */

export const sections = ['', 'outliers', 'lens', 'compressors', 'check', 'own', 'sets'] as const;
export type Section = (typeof sections)[number];

/** An address that is not known leads to the main part. */
export const sectionOf = (name: string): Section => sections.find((section) => section === name) ?? '';

export const leads: Readonly<Record<Section, string>> = {
  '': 'Compressed pictures (latents): small grids of numbers that the model learns from instead of pixels.',
  outliers:
    'The most extreme numbers of the compressed pictures (latents), and the pictures and places they come from.',
  lens: 'What each way to measure the error (loss) makes of a run’s own residuals: which samples drive the training, and which are ignored.',
  compressors:
    'A picture compressor (VAE) turns a picture into a small grid of numbers, and such a grid into a picture again.',
  check:
    'Each picture is compressed and made into a picture again (reconstruction). What is lost here is lost for good.',
  own: 'A compressor made for your kind of pictures can give back more of them than one that is made for all kinds.',
  sets: 'What was encoded is kept, one set for each compressor and its options, so that nothing is encoded twice.',
};
