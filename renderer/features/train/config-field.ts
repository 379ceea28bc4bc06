/** What is known about a setting of a run: where it is, what it is called, what it does. */
import type { RunConfig } from '../../api/studio.ts';

interface FieldWords {
  /** Where it is in the configuration: `optimiser.learningRate`. */
  readonly path: string;
  readonly label: string;
  readonly term?: string;
  readonly help: string;
  /** Only shown when it has an effect. */
  readonly when?: (config: RunConfig) => boolean;
}

export interface ChoiceOption {
  readonly value: string | number;
  readonly label: string;
}

export type ConfigField = FieldWords &
  (
    | { readonly kind: 'number'; readonly step?: number | 'any'; readonly unit?: string }
    /** A number or nothing, which is off. */
    | { readonly kind: 'optional' }
    | { readonly kind: 'switch' }
    /** Numbers with commas between them. */
    | { readonly kind: 'list' }
    /** Averages of the weights: `3 %` of the run or a rate, with commas between them. */
    | { readonly kind: 'averages' }
    | {
        readonly kind: 'choice';
        readonly options: readonly ChoiceOption[];
        /** For a choice that brings settings of its own. */
        readonly whole?: (value: string | number, config: RunConfig) => unknown;
      }
  );

export interface ConfigGroup {
  readonly title: string;
  readonly intro: string;
  /** Shown before “All settings” is chosen. */
  readonly simple: boolean;
  readonly fields: readonly ConfigField[];
}
