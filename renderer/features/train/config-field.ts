/** What is known about a setting: where it is, what it is called, what it does. */
import type { RunConfig } from '../../api/studio.ts';

interface FieldWords<Config> {
  /** Where it is in the configuration: `optimiser.learningRate`. Two fields may share a place where only one is ever shown. */
  readonly path: string;
  readonly label: string;
  readonly term?: string;
  readonly help: string;
  /** Only shown when it has an effect. */
  readonly when?: (config: Config) => boolean;
}

export interface ChoiceOption {
  readonly value: string | number;
  readonly label: string;
  /** A sentence of its own, for choices that one line can not tell apart. */
  readonly help?: string;
}

/** A setting of a run, or of another thing that is set up the same way. */
export type ConfigField<Config = RunConfig> = FieldWords<Config> &
  (
    | { readonly kind: 'number'; readonly step?: number | 'any'; readonly unit?: string }
    /** A number, or the value that an empty field stands for. */
    | { readonly kind: 'optional'; readonly empty: { readonly value: null | string; readonly label: string } }
    | { readonly kind: 'switch' }
    /** Several values with commas between them, as a text. */
    | {
        readonly kind: 'text';
        /** What a person reads and types. */
        readonly text: (value: never) => string;
        /** What can not be read becomes NaN, which the schema refuses. */
        readonly parse: (text: string) => unknown;
        /** What the values come to, beside the field. */
        readonly meaning?: (value: never, config: Config, steps: number | undefined) => readonly string[];
      }
    /** A run of the project, or none. */
    | { readonly kind: 'run' }
    | {
        readonly kind: 'choice';
        readonly options: readonly ChoiceOption[];
        /** For a choice that brings settings of its own. */
        readonly whole?: (value: string | number, config: Config) => unknown;
      }
  );

/** Several settings at once, under one well-known name. */
export interface QuickChoice<Config = RunConfig> {
  /** The field that it stands before. */
  readonly before: string;
  readonly label: string;
  readonly help: string;
  readonly options: readonly ChoiceOption[];
  /** The option that the settings are now; undefined for none. */
  readonly of: (config: Config) => string | number | undefined;
  readonly apply: (value: string | number, config: Config) => Config;
  readonly when: (config: Config) => boolean;
}

export interface ConfigGroup<Config = RunConfig> {
  readonly title: string;
  readonly intro: string;
  /** Shown before “All settings” is chosen. */
  readonly simple: boolean;
  readonly quick?: QuickChoice<Config>;
  readonly fields: readonly ConfigField<Config>[];
}

/** A run whose weights another could begin with. */
export interface Lender {
  readonly id: string;
  readonly name: string;
  readonly step: number;
  /** Why it can not. */
  readonly problem?: string | undefined;
}
