/**
 * What one role and one document may hold. Matching takes time in proportion to a role's expressions and the
 * length of a path, compiling memory in proportion to a document's: all are bounded, so that both are.
 */
const maxOfRole = 10_000;
const maxOfDocument = 100_000;
/** A resource that is longer is matched by no regular expression: nobody but an attacker makes us read it. */
const maxMatchedLength = 1_024;

/** Classes of Unicode have hundreds of ranges: that costs once, to read them, and where they stand in the program. */
const unicodeClass = /\\[pP]/g;
const ofUnicodeClass = 150;
const timesUnicode = 3;
/** Where case does not count, a range is gone through character by character: `(?i)[ -\x{1e900}]` has 125,000 of them. */
const ignoringCase = /\(\?[\w-]*i/;
const wideRange = /-(?:[^\0-\x7f]|\\[x0-7])/gu;
const ofWideRange = 2_000;

// A class named by a word, an escape, a repetition with its bounds, any other character. In this order, so that the second
// half of an escaped backslash begins nothing.
const token = /\\[pPx]\{\^?\w+\}|\\[\s\S]|\{(\d+)(?:,(\d*))?\}|[\s\S]/gy;

/**
 * How large a regular expression's program can become, without compiling it: `(?:ab{9}){100}` repeats what is in it, and a
 * line of a thousand characters could ask for millions of steps. Rather too large than too small: a group counts as if
 * everything before it were in it. Reading a class can cost more than its place in the program: that counts once, however
 * often it is repeated.
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
  const classes = countOf(unicodeClass, source);
  const ranges = ignoringCase.test(source) ? countOf(wideRange, source) : 0;
  return size * factor * (classes > 0 ? timesUnicode : 1) + classes * ofUnicodeClass + ranges * ofWideRange;
}

// In the text as it stands: in a quotation, or outside a class, it counts too.
function countOf(pattern: RegExp, source: string): number {
  return source.match(pattern)?.length ?? 0;
}

/**
 * What one request may cost, with all the roles of the caller: as much as one role that uses all its room, asked about the
 * longest resource.
 */
export class MatchBudget {
  #left: number = maxOfRole * maxMatchedLength;

  /** Whether expressions of this size may be asked about a resource of this length, and takes what that costs. */
  take(size: number, length: number): boolean {
    const cost = size * length;
    if (length > maxMatchedLength || cost > this.#left) return false;
    this.#left -= cost;
    return true;
  }
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
    if (size > maxOfRole) return 'its regular expression repeats too much, or names too much of Unicode';
    if (size > this.#ofRole)
      return 'the regular expressions before it are all that a role may have: take several roles';
    if (size > this.#ofDocument) return 'the regular expressions before it are all that a document may have';
    this.#ofRole -= size;
    this.#ofDocument -= size;
    return undefined;
  }
}
