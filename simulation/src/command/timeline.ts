import { styleText } from 'node:util';

/** The longest group of lines that is folded if it repeats. */
const longestGroup = 6;
/** A group of lines that repeats at least this often is folded. Only its first and last time are shown. */
const fewestRepeats = 4;

const timeWidth = '00:00:00.000'.length;

interface Line {
  readonly at: string;
  readonly who: string;
  readonly what: string;
}

/** A trace as a table that a person can read: time, who, what. Groups of lines that repeat are shown once. */
export function timelineOf(trace: readonly string[]): readonly string[] {
  const lines = trace.map(lineOf);
  const width = lines.reduce((most, { who }) => Math.max(most, who.length), 0);
  const shown = (line: Line): string => styled(line, `${line.at}  ${line.who.padEnd(width)}  ${line.what}`);
  const kinds = lines.map(({ who, what }) => `${who} ${what}`.replaceAll(/\d+/g, '#'));
  const result: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const { length, repeats } = groupAt(kinds, at);
    result.push(...lines.slice(at, at + length).map(shown));
    const folded = Math.max(0, repeats - 2) * length;
    at += length + folded;
    if (folded === 0) continue;
    const like = length === 1 ? 'like this' : `like these ${length}`;
    result.push(style('dim', `${' '.repeat(timeWidth - 1)}…  ${folded} more ${like}`));
    result.push(...lines.slice(at, at + length).map(shown));
    at += length;
  }
  return result;
}

function groupAt(kinds: readonly string[], at: number): { readonly length: number; readonly repeats: number } {
  let best = { length: 1, repeats: 1 };
  for (let length = 1; length <= longestGroup; length++) {
    let repeats = 1;
    while (isSame(kinds, at, at + repeats * length, length)) repeats += 1;
    if (repeats >= fewestRepeats && repeats * length > best.repeats * best.length) best = { length, repeats };
  }
  return best;
}

function isSame(kinds: readonly string[], a: number, b: number, length: number): boolean {
  if (b + length > kinds.length) return false;
  for (let i = 0; i < length; i++) if (kinds[a + i] !== kinds[b + i]) return false;
  return true;
}

// Matches the lines that `World.note` writes.
function lineOf(text: string): Line {
  const [at = '', who = '', ...what] = text.split(/ {2,}/);
  return { at: at.padStart(timeWidth), who, what: what.join('  ') };
}

function styled({ who }: Line, text: string): string {
  if (who === 'VIOLATION') return style('red', text);
  return text;
}

function style(format: 'red' | 'dim' | 'bold', text: string): string {
  return process.stdout.isTTY ? styleText(format, text) : text;
}
