// The largest total size (see `programSizeOf`) of the regular expressions of one role, which limits the time of a
// match, and of one document, which limits the memory for compiling.
const maxRoleSize = 10_000;
const maxDocumentSize = 100_000;
/** In characters. Regular expressions are not tried on a longer resource, because only an attacker sends one. */
const maxResourceLength = 1_024;

// A Unicode class such as `\p{L}` is short text but compiles to hundreds of character ranges, so each class adds
// `unicodeClassCost` to the estimated size of its expression.
const unicodeClass = /\\[pP]/g;
const unicodeClassCost = 150;
const unicodeSizeFactor = 3;
// With `(?i)`, re2js expands a range into its characters, 125,000 for `(?i)[ -\x{1e900}]`, so each wide range adds
// `wideRangeCost` to the estimated size of its expression.
const caseInsensitive = /\(\?[\w-]*i/;
const wideRange = /-(?:[^\0-\x7f]|\\[x0-7])/gu;
const wideRangeCost = 2_000;

// Splits an expression into tokens. `\\` is one token, so that its second backslash does not start another escape.
const token = /\\[pPx]\{\^?\w+\}|\\[\s\S]|\{(\d+)(?:,(\d*))?\}|[\s\S]/gy;

// Returns an upper bound of the compiled size, without compiling: repetitions such as `(?:ab{9}){100}` can turn 1,000
// characters into millions of steps. To be safe, a repetition after a group multiplies the size of the whole
// expression.
export function programSizeOf(source: string): number {
  let size = 0;
  let factor = 1;
  let isAfterGroup = false;
  for (const [text, min, max] of source.matchAll(token)) {
    if (min === undefined) size += text.length;
    else {
      const times = Math.max(1, Number(min), Number(max || 0));
      if (isAfterGroup) factor *= times;
      else size += times;
    }
    // In `(ab)\Q\E{9}`, the quotation `\Q\E` is empty, so `{9}` repeats the group before the quotation.
    isAfterGroup = text === ')' || text === '\\E' || min !== undefined;
  }
  const classes = countMatches(unicodeClass, source);
  const ranges = caseInsensitive.test(source) ? countMatches(wideRange, source) : 0;
  return size * factor * (classes > 0 ? unicodeSizeFactor : 1) + classes * unicodeClassCost + ranges * wideRangeCost;
}

function countMatches(pattern: RegExp, source: string): number {
  return source.match(pattern)?.length ?? 0;
}

/**
 * Limits the matching time of one request: all roles of the caller together may use only as much as one role of the
 * largest size.
 */
export class MatchBudget {
  #left: number = maxRoleSize * maxResourceLength;

  take(size: number, length: number): boolean {
    const cost = size * length;
    if (length > maxResourceLength || cost > this.#left) return false;
    this.#left -= cost;
    return true;
  }
}

export class RegexBudget {
  #leftOfDocument: number = maxDocumentSize;
  #leftOfRole: number = maxRoleSize;

  beginRole(): void {
    this.#leftOfRole = maxRoleSize;
  }

  take(source: string): string | undefined {
    const size = programSizeOf(source);
    if (size > maxRoleSize)
      return 'the regular expression is too large: it repeats too much or names too many characters';
    if (size > this.#leftOfRole) {
      return 'the regular expressions before this one use up the limit of the role. Split the role into several';
    }
    if (size > this.#leftOfDocument) {
      return 'the regular expressions before this one use up the limit of the document. Use fewer or shorter ones';
    }
    this.#leftOfRole -= size;
    this.#leftOfDocument -= size;
    return undefined;
  }
}
