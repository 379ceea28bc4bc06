/** A figure with its name. */
export interface Fact {
  readonly label: string;
  readonly value: string;
  /** The field's own word. */
  readonly term?: string | undefined;
  readonly help?: string | undefined;
}
