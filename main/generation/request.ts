/** Whether a run can make what is asked for, and what it means for the network. */
import { studioError } from '../base/errors.ts';
import { noGuidance } from '../consistency/guidance.ts';
import type { RunRecord } from '../runs/schema.ts';
import type { SamplingRequest } from './schema.ts';

const mostGuidance = 20;

/**
 * The name of the class asked for, undefined for none. Throws `sample.unknownClass`, `sample.badGuidance`, and
 * `sample.needsClass` for a run whose network never saw pictures without a class.
 */
export function checkClass(
  { id, config, plan }: Pick<RunRecord, 'id' | 'config' | 'plan'>,
  { class: index, guidance }: Pick<SamplingRequest, 'class' | 'guidance'>,
): string | undefined {
  const { classes = [], trainingPictures } = plan;
  const known = classes.map(({ name }) => name);
  const name = index === null ? undefined : known[index];
  if (index !== null && name === undefined) throw studioError('sample.unknownClass', { wanted: String(index), known });
  if (!(guidance >= 0 && guidance <= mostGuidance))
    throw studioError('sample.badGuidance', { guidance, problem: 'that is out of range' });
  if (guidance !== noGuidance && index === null)
    throw studioError('sample.badGuidance', { guidance, problem: 'it pushes a picture towards its class, and no class is chosen' }); // prettier-ignore
  const unsorted = trainingPictures - classes.reduce((sum, { pictures }) => sum + pictures, 0);
  const knowsNone = config.classes.kind === 'none' || config.classes.dropout > 0 || unsorted > 0;
  if (!knowsNone && (index === null || guidance !== noGuidance))
    throw studioError('sample.needsClass', { run: id, known });
  return name;
}
