/** How much noise a run looks at, and in how many stages. Ways of learning share the settings that mean the same in them. */
import type { RunConfig } from '../../api/studio.ts';
import type { ConfigGroup } from './config-field.ts';

type Kind = RunConfig['objective']['kind'];
const is =
  (...kinds: Kind[]) =>
  ({ objective }: RunConfig): boolean =>
    kinds.includes(objective.kind);

export const noiseGroup: ConfigGroup = {
  title: 'Noise',
  intro: 'How pictures are turned into noise, and where on the way back the model learns most.',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'objective.noise.sigmaMin',
      label: 'Least noise',
      term: 'σ min',
      help: 'The end of the way: practically no noise. Lower keeps finer detail and is harder to learn.',
      step: 'any',
      when: is('consistency', 'diffusion'),
    },
    {
      kind: 'number',
      path: 'objective.noise.sigmaMax',
      label: 'Most noise',
      term: 'σ max',
      help: 'The start of the way: nothing of the picture is left. Higher is safer, lower is faster to learn.',
      step: 'any',
      when: is('consistency', 'easyConsistency', 'diffusion'),
    },
    {
      kind: 'number',
      path: 'objective.noise.rho',
      label: 'Where the levels are dense',
      term: 'ρ',
      help: 'Higher puts more levels where there is little noise, which favours detail.',
      step: 'any',
      when: is('consistency', 'diffusion'),
    },
    {
      kind: 'number',
      path: 'objective.noise.pMean',
      label: 'Usual amount of noise in training',
      term: 'P mean',
      help: 'Lower looks more often at detail, higher more often at the rough shape. In natural logarithms.',
      step: 'any',
      when: is('consistency', 'easyConsistency', 'diffusion'),
    },
    {
      kind: 'number',
      path: 'objective.noise.pStd',
      label: 'Spread of that amount',
      term: 'P std',
      help: 'Higher spreads the training over more amounts of noise.',
      step: 'any',
      when: is('consistency', 'easyConsistency', 'diffusion'),
    },
    {
      kind: 'number',
      path: 'objective.logitMean',
      label: 'Usual time in training',
      term: 'μ of logit-normal',
      help: 'Time 0 is a picture, 1 is noise; 0 here is the middle. Lower looks more often at detail, higher at the rough shape.',
      step: 'any',
      when: is('meanFlow'),
    },
    {
      kind: 'number',
      path: 'objective.logitStd',
      label: 'Spread of that time',
      term: 'σ of logit-normal',
      help: 'Higher spreads the training over more times, up to the very ends.',
      step: 'any',
      when: is('meanFlow'),
    },
    {
      kind: 'number',
      path: 'objective.differentShare',
      label: 'Share of pictures with a jump',
      term: 'r ≠ t',
      help: 'They teach jumps; the others teach the direction at one moment. Higher learns jumps sooner and is less steady.',
      step: 'any',
      when: is('meanFlow'),
    },
  ],
};

export const stagesGroup: ConfigGroup = {
  title: 'Stages',
  intro: 'Training goes from rough to fine. Stages are of equal length.',
  simple: false,
  fields: [
    {
      kind: 'number',
      path: 'objective.curriculum.s0',
      label: 'Noise levels at the start',
      term: 's0',
      help: 'Fewer is easier at the start. Training begins with one level more than this.',
      step: 1,
      when: is('consistency'),
    },
    {
      kind: 'number',
      path: 'objective.curriculum.s1',
      label: 'Noise levels at the end',
      term: 's1',
      help: 'More gives a finer end result and needs a longer run to get there. The number doubles from stage to stage.',
      step: 1,
      when: is('consistency'),
    },
    {
      kind: 'number',
      path: 'objective.doublings',
      label: 'How often the gap shrinks',
      term: 'stages − 1',
      help: 'The two amounts of noise that are compared move closer this often. More gives a finer end result and needs a longer run.',
      step: 1,
      when: is('easyConsistency'),
    },
    {
      kind: 'number',
      path: 'objective.q',
      label: 'By how much each time',
      term: 'q',
      help: 'The gap is divided by about this in each stage. Higher moves faster from easy to fine, in larger jumps.',
      step: 'any',
      when: is('easyConsistency'),
    },
    {
      kind: 'number',
      path: 'objective.k',
      label: 'Wider gap at little noise',
      term: 'k',
      help: 'Higher compares amounts that are further apart where there is little noise, which is easier; 0 treats all alike.',
      step: 'any',
      when: is('easyConsistency'),
    },
    {
      kind: 'number',
      path: 'objective.b',
      label: 'Where that ends',
      term: 'b',
      help: 'Higher keeps the wider gap to smaller amounts of noise only.',
      step: 'any',
      when: is('easyConsistency'),
    },
  ],
};
