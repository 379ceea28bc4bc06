/** The standard deviation of normalised latents; consistency/preconditioning.ts is written for the same value, and a test compares them. */
export const sigmaData = 0.5;
