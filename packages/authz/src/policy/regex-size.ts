import { RE2Set } from 're2js';

// Limits the estimated size (see `estimateSize`) of a regular expression, and of all of a document, before anything is
// compiled: compiling takes time and memory. What matching may cost is limited by `MatchBudget`.
const maxExpressionSize = 10_000;
const maxDocumentSize = 100_000;

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

// Estimates the compiled size without compiling: repetitions such as `(?:ab{9}){100}` can turn 1,000
// characters into millions of steps. To be safe, a repetition after a group multiplies the size of the whole
// expression.
export function estimateSize(source: string): number {
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

export class RegexBudget {
  #left: number = maxDocumentSize;

  take(source: string): string | undefined {
    const size = estimateSize(source);
    if (size > maxExpressionSize) {
      return 'the regular expression is too large: it repeats too much or names too many characters. Write a+ instead of a{1,100}';
    }
    if (size > this.#left) {
      return 'the regular expressions before this one use up the limit of the document. Use fewer or shorter ones';
    }
    this.#left -= size;
    return undefined;
  }
}

/** The number of instructions that RE2 compiles an expression to. Throws if the expression is not valid. */
export function countSteps(source: string): number {
  const set = new RE2Set(RE2Set.ANCHOR_BOTH);
  set.add(source);
  set.compile();
  return set.prog.numInst();
}
