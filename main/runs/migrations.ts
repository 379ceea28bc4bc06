/** How run.json of older versions becomes the present one. `runMigrations[v]` turns version v into v + 1. */
import { z } from 'zod';

/** What version 1 kept of the method directly in the configuration. */
const methodOf1 = z.looseObject({
  noise: z.unknown(),
  curriculum: z.unknown(),
  loss: z.looseObject({ schedule: z.string() }),
  diffusionLoss: z.unknown(),
  emaHalfLifeShare: z.number(),
});

/** Version 2: what a run learns is its objective; there was one, consistency training with the Cauchy loss. There was one average, too. */
function toObjective(config: unknown): object {
  const { noise, curriculum, loss, diffusionLoss, emaHalfLifeShare, ...rest } = methodOf1.parse(config);
  const { schedule, ...constants } = loss;
  const scaling = { kind: schedule, ...constants };
  return {
    ...rest,
    objective: { kind: 'consistency', noise, curriculum, scaling, diffusionLoss },
    averages: [{ kind: 'share', share: emaHalfLifeShare }],
  };
}

/** The rate of that average. */
function toRates(plan: unknown): object {
  const { emaRate, ...rest } = planOf1.parse(plan);
  return { ...rest, emaRates: [emaRate] };
}
const planOf1 = z.looseObject({ emaRate: z.number() });

export const runMigrations: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>> = {
  // It halved no learning rate.
  1: (old) => ({ ...old, config: toObjective(old['config']), plan: toRates(old['plan']), halvings: 0 }),
};
