import { describe, expect, it } from 'vitest';
import { vaeMetricsRowSchema, vaeTrainingConfigSchema } from '../../../../main/vae/training-schema.ts';
import type { VaeRunRecord } from '../../../../renderer/api/studio.ts';
import { vaeMetricsRows } from '../../../../renderer/api/fake/vae-facts.ts';
import { ownFields, ownGroups, usualTraining } from '../../../../renderer/features/latents/own-fields.ts';
import {
  backSheetWords,
  ownDetails,
  ownTable,
  scoreFact,
  scoreSentence,
  scoreWords,
} from '../../../../renderer/features/latents/own-view.ts';
import { problemsOf, valueAt, withValue } from '../../../../renderer/features/train/config-view.ts';
import { situationOf } from '../../../../renderer/features/train/train-view.ts';
import { glossary } from '../../../../renderer/text/glossary.ts';
import { leavesOf } from '../../../support/schema-leaves.ts';

const field = (path: string) => ownFields.find((each) => each.path === path)!;
const problems = (config: unknown) => problemsOf(vaeTrainingConfigSchema, config, ownFields);
const judged = withValue(usualTraining, field('loss.discriminator.kind'), 'patch');
const inSteps = withValue(usualTraining, field('length.kind'), 'steps');

describe('the settings of training a VAE', () => {
  it('can all be changed on the screen, and nothing else', () => {
    expect(new Set(ownFields.map(({ path }) => path))).toEqual(new Set(leavesOf(vaeTrainingConfigSchema)));
  });
  it.each(ownFields)('$path says in a whole sentence what it does', ({ label, help }) => {
    expect(label).toMatch(/^[A-Z]/);
    expect(help).toMatch(/^.{25,}\.$/s);
  });
  it('offer only what the schema takes, each branch whole', () => {
    for (const choice of ownFields) {
      if (choice.kind !== 'choice') continue;
      for (const { value } of choice.options)
        expect(problems(withValue(usualTraining, choice, value)), `${choice.path} = ${value}`).toEqual([]);
    }
  });
  it('are shown once each, and only those there are', () => {
    for (const shown of [usualTraining, judged, inSteps]) {
      const paths = ownFields.filter(({ when }) => when?.(shown) ?? true).map(({ path }) => path);
      expect(paths.filter((path) => valueAt(shown, path) === undefined)).toEqual([]);
    }
  });
  it('are few before all are asked for', () => {
    const simple = ownGroups.filter((group) => group.simple).flatMap(({ fields }) => fields);
    expect(simple.filter(({ when }) => when?.(usualTraining) ?? true).map(({ path }) => path)).toEqual([
      'reduction',
      'latentChannels',
      'length.kind',
      'length.minutes',
    ]);
  });
  it('are refused in plain words, in the order of the screen', () => {
    expect(problems({ ...usualTraining, latentChannels: 3, width: 100 })).toEqual([
      { path: 'latentChannels', text: 'Enter 4 or more.' },
      { path: 'width', text: 'Enter a multiple of 8.' },
    ]);
  });
});

const run: VaeRunRecord = {
  kind: 'vae',
  id: 'vae-001',
  name: 'Faces',
  createdAt: '2026-03-03T14:05:00Z',
  datasetHash: 'some',
  config: usualTraining,
  plan: { steps: 9600, parameters: 1_134_216, pictureSize: 64, trainingPictures: 4864, heldOutPictures: 256 },
  status: 'stopped',
  step: 4800,
  seconds: 600,
  skipped: 0,
  scores: [
    { step: 480, psnr: 22.4, ssim: 0.81, pictures: 256 },
    { step: 4800, psnr: 27.26, ssim: 0.92, pictures: 256 },
  ],
};

describe('a VAE in training', () => {
  it('is measured by how well the pictures kept aside come back', () => {
    expect(scoreWords(run)).toBe('27.3 dB');
    expect(scoreWords({ ...run, scores: [] })).toBeUndefined();
    expect(scoreFact({ ...run, starterPsnr: 25.14 }).label).toBe('PSNR; starter 25.1');
    expect(scoreSentence({ ...run, starterPsnr: 25.14 })).toContain('The starter VAE has 25.1 dB.');
    expect(scoreSentence(run)).toContain('27.3 dB at step 4,800 on 256 pictures kept aside, from 22.4 dB at step 480');
  });
  it('shows zero as zero, and what has not been measured as such', () => {
    const values: Readonly<Record<string, string>> = Object.fromEntries(
      ownDetails({ ...run, scores: [] }, undefined).map((fact) => [fact.term ?? '', fact.value]),
    );
    expect(values).toMatchObject({ 'NaN guard': '0 rolled back', PSNR: 'not measured yet', L1: '–' });
  });
  it('has columns for a judge of sharpness only where there is one', () => {
    const columns = (config: typeof usualTraining) => ownTable(vaeMetricsRows(config, 100, 0, 3)).columns;
    expect(columns(usualTraining)).not.toContain('Adversarial');
    expect(columns(judged)).toContain('Adversarial');
  });
  it('says what it is good for', () => {
    expect(situationOf(run, undefined, 'encode')?.text).toBe(
      'Its state is saved. You can encode with it, or go on from there.',
    );
    expect(backSheetWords({ step: 0, file: '', nfe: 1, rows: 4, columns: 6 }, run)).toMatch(/^Before training/);
  });
  it('has a word for each of its figures', () => {
    const own: Record<string, string> = { stepSeconds: 'step', seconds: 'step' };
    for (const name of Object.keys(vaeMetricsRowSchema.shape))
      expect(Object.keys(glossary)).toContain(own[name] ?? name);
  });
});
