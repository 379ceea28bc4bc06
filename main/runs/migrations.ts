/** How run.json of older versions becomes the present one. `runMigrations[v]` turns version v into v + 1. */
import { z } from 'zod';

/** What version 1 kept of the method directly in the configuration. */
const methodOf1 = z.looseObject({
  noise: z.unknown(),
  curriculum: z.unknown(),
  loss: z.looseObject({ schedule: z.string() }),
  diffusionLoss: z.unknown(),
});

/** Version 2: what a run learns is its objective; there was one, consistency training with the Cauchy loss. */
function toObjective(config: unknown): object {
  const { noise, curriculum, loss, diffusionLoss, ...rest } = methodOf1.parse(config);
  const { schedule, ...constants } = loss;
  const scaling = { kind: schedule, ...constants };
  return { ...rest, objective: { kind: 'consistency', noise, curriculum, scaling, diffusionLoss } };
}

export const runMigrations: Readonly<Record<number, (old: Record<string, unknown>) => Record<string, unknown>>> = {
  1: (old) => ({ ...old, config: toObjective(old['config']) }),
};
