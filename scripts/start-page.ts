// The pages in docs/start/ and AGENTS.md, read as steps that a machine can follow. A page is written so:
//   - A block of `sh` is pasted into a terminal. The paragraph before it may name the terminal ("In a second terminal"), and says
//     "Leave it running" if the program does not end.
//   - A block of `text` is what the terminal shows then. `…` replaces a part of a line, or lines.
//   - Any other block is saved as the file that the paragraph before it names: "Save this as `app.mts`".
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './workspace.ts';

export type Step = SavedFile | PastedLines;

interface SavedFile {
  readonly kind: 'file';
  readonly path: string;
  readonly text: string;
}

export interface PastedLines {
  readonly kind: 'lines';
  readonly terminal: number;
  readonly lines: string;
  /** Whether the program keeps running. */
  readonly stays: boolean;
  /** What the terminal shows. */
  readonly shown: string | undefined;
}

const ordinals = ['first', 'second', 'third'];

/** Reads the steps below one heading of a page. */
export function readSteps(page: string, heading: string): readonly Step[] {
  return stepsOf(sectionOf(readFileSync(join(repository, page), 'utf8'), heading, page));
}

/** The heading of a page. */
export function titleOf(page: string): string {
  return /^# (.+)$/m.exec(readFileSync(join(repository, page), 'utf8'))?.[1] ?? page;
}

/** The text below a heading, up to the next heading of the same or a higher level. */
export function sectionOf(markdown: string, heading: string, page = 'The page'): string {
  const lines = markdown.split('\n');
  const isCode = markCode(lines);
  const start = lines.findIndex(
    (line, index) => !isCode[index] && line.replace(/^#+ /, '') === heading && line !== heading,
  );
  if (start === -1) throw new Error(`${page} has no heading "${heading}".`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const length = lines
    .slice(start + 1)
    .findIndex((line, index) => !isCode[start + 1 + index] && /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, length === -1 ? undefined : start + 1 + length).join('\n');
}

export function stepsOf(markdown: string): readonly Step[] {
  const steps: Step[] = [];
  let terminal = 1;
  const blocks = /^([\s\S]*?)^```(\w*)\n([\s\S]*?)^```$/gm;
  for (const [, prose = '', language = '', text = ''] of markdown.matchAll(blocks)) {
    const paragraph = lastParagraph(prose);
    const named = ordinals.findIndex((ordinal) => paragraph.includes(`${ordinal} terminal`));
    if (named !== -1) terminal = named + 1;
    const path = /[Ss]ave (?:this|these|it) as `([^`]+)`/.exec(paragraph)?.[1];
    const last = steps.at(-1);
    if (language === 'sh') {
      const stays = /leave it running/i.test(paragraph);
      steps.push({ kind: 'lines', terminal, lines: text, stays, shown: undefined });
    } else if (path !== undefined) {
      steps.push({ kind: 'file', path, text });
    } else if (language === 'text' && last?.kind === 'lines') {
      steps[steps.length - 1] = { ...last, shown: text.trimEnd() };
    } else {
      throw new Error(`The page does not say what to do with this block:\n${text}`);
    }
  }
  return steps;
}

/** Whether the terminal shows the expected text. `…` matches a part of a line or, alone on a line, any number of lines. */
export function shows(output: string, text: string): boolean {
  const lines = text
    .split('\n')
    .map((line) => (line.trim() === '…' ? '…' : line.trim().split('…').map(escapePattern).join('.*')));
  const pattern = lines
    .join('\n')
    .replaceAll('\n…\n', '\n(?:.*\n)*?')
    .replaceAll(/^…\n|\n…$/g, '');
  return new RegExp(`^${pattern}$`, 'm').test(plain(output));
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Removes colors, carriage returns, and spaces at the ends of lines. */
function plain(output: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colors begin with this character
  return output.replaceAll(/\u001b\[[\d;?]*[a-zA-Z]/g, '').replaceAll(/^[ \t]+|[ \t\r]+$/gm, '');
}

/** The paragraph before a block, without comments such as `<!-- from … -->`. */
function lastParagraph(prose: string): string {
  const paragraphs = prose.replaceAll(/<!--.*?-->/g, '').split(/\n\s*\n/);
  return paragraphs.findLast((paragraph) => paragraph.trim() !== '')?.replaceAll(/\s+/g, ' ') ?? '';
}

function markCode(lines: readonly string[]): readonly boolean[] {
  let inside = false;
  return lines.map((line) => {
    const isFence = line.startsWith('```');
    if (isFence) inside = !inside;
    return inside || isFence;
  });
}
