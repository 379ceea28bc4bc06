/** VAEs the studio can use, by name, with plain words for the screens. */
export const vaeCatalogue = [
  {
    name: 'starter',
    title: 'Starter VAE',
    description: 'Ships with the studio: small and fast, made for a first model on a computer without a GPU.',
    licence: 'Apache-2.0',
  },
] as const;
