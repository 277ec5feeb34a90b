/** What the sources of one package say about an option. Written by `npm run generate`. */
export interface OptionPlace {
  /** The package, or its entry point, that throws the error: `@torii/core/jwt`. */
  readonly from: string;
  /** What the option is. The first paragraph of its doc comment. */
  readonly about?: string;
  readonly absent?: string;
  /** The possible messages of the error. `…` replaces a value that is known only when the program runs. */
  readonly messages: readonly string[];
  /** Whether the option also has the messages about wrongly copied text, such as quotes or spaces around the value. */
  readonly isPasted?: true;
}

/** A name that `option` of a ToriiConfigError can have. */
export interface OptionEntry {
  readonly name: string;
  readonly places: readonly OptionPlace[];
}
