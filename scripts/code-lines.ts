import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The lines of code of a text: without blank lines, comments, imports, and lists of names that other modules export. Comments are found
 * as text, so a `//` in a string after a space ends its line.
 */
export function countCodeLines(text: string): number {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/.*$/gm, '')
    .replaceAll(/^import\b[^;]*;/gm, '')
    .replaceAll(/^export (?:type )?(?:\{[^}]*\}|\*) from [^;]*;/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '').length;
}

/** The lines of code of a folder, in files whose path fits. */
export function countFolder(folder: string, fits: (path: string) => boolean = () => true): number {
  return globSync('**/*.{ts,tsx}', { cwd: folder })
    .filter(fits)
    .reduce((sum, path) => sum + countCodeLines(readFileSync(join(folder, path), 'utf8')), 0);
}
