/**
 * What one role and one document may hold. Matching takes time in proportion to a role's expressions and the
 * length of a path, compiling memory in proportion to a document's: all are bounded, so that both are.
 */
const maxOfRole = 10_000;
const maxOfDocument = 100_000;

// A class named by a word, an escape, a repetition with its bounds, any other character. In this order, so that the second
// half of an escaped backslash begins nothing.
const token = /\\[pPx]\{\^?\w+\}|\\[\s\S]|\{(\d+)(?:,(\d*))?\}|[\s\S]/gy;

/**
 * How large a regular expression's program can become, without compiling it: `(?:ab{9}){100}` repeats what is in it, and a
 * line of a thousand characters could ask for millions of steps. Rather too large than too small: a group counts as if
 * everything before it were in it.
 */
export function programSizeOf(source: string): number {
  let size = 0;
  let factor = 1;
  let isOfMany = false;
  for (const [text, least, most] of source.matchAll(token)) {
    if (least === undefined) size += text.length;
    else {
      const times = Math.max(1, Number(least), Number(most || 0));
      if (isOfMany) factor *= times;
      else size += times;
    }
    // What is repeated behind these may be more than one character. An empty quotation passes it on to what came before.
    isOfMany = text === ')' || text === '\\E' || least !== undefined;
  }
  return size * factor;
}

/** What is left for the regular expressions of a document, role by role. */
export class RegexBudget {
  #ofDocument: number = maxOfDocument;
  #ofRole: number = maxOfRole;

  beginRole(): void {
    this.#ofRole = maxOfRole;
  }

  /** Returns why there is no room for a regular expression, or takes the room. */
  take(source: string): string | undefined {
    const size = programSizeOf(source);
    if (size > maxOfRole) return 'its regular expression repeats too much';
    if (size > this.#ofRole)
      return 'the regular expressions before it are all that a role may have: take several roles';
    if (size > this.#ofDocument) return 'the regular expressions before it are all that a document may have';
    this.#ofRole -= size;
    this.#ofDocument -= size;
    return undefined;
  }
}
