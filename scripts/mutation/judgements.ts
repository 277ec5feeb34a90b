/** A mutant that may survive. */
export interface Judgement {
  /** From packages/. */
  readonly file: string;
  /** The expression that is changed, with every run of white space as one space. */
  readonly code: string;
  readonly mutants: readonly string[];
  readonly because: string;
}

/** The mutants that no test can or should notice. */
export const judgements: readonly Judgement[] = [];
