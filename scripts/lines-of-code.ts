// Counts lines of TypeScript for the tables of the documentation.
import { parseSync } from 'rolldown/utils';

/**
 * Counts the lines of a TypeScript source that have code: not blank ones, comments, imports, and lists of exported names
 * (`export { a }`, `export { a } from`, `export * from`).
 *
 * @throws Error if the source cannot be parsed
 */
export function countLinesOfCode(source: string, file = 'source.ts'): number {
  const { program, comments, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  const names = program.body.filter((node) => {
    if (node.type === 'ExportNamedDeclaration') return node.declaration === null;
    return node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration';
  });
  // By UTF-16 units, as the parser counts.
  const units = source.split('');
  for (const { start, end } of [...comments, ...names]) {
    for (let i = start; i < end; i += 1) if (units[i] !== '\n') units[i] = ' ';
  }
  return units
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '').length;
}
