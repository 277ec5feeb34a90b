import { parseEnv } from 'node:util';

/** Appends the variables that the settings file lacks. Existing lines stay as they are. */
export function addVariables(
  text: string | undefined,
  variables: Readonly<Record<string, string>>,
  title: string,
): string {
  const present = parseEnv((text ?? '').replace(/\r\n?/g, '\n'));
  const missing = Object.entries(variables).filter(([name]) => !Object.hasOwn(present, name));
  if (missing.length === 0) return text ?? '';
  const lines = [`# ${title}`, ...missing.map(([name, value]) => `${name}=${value}`)];
  return append(text, lines);
}

/** Adds a line to .gitignore, if it is absent. */
export function addIgnored(text: string | undefined, paths: readonly string[]): string {
  const present = new Set((text ?? '').split(/\r?\n/).map((line) => line.trim()));
  const missing = paths.filter((path) => !present.has(path) && !present.has(`/${path}`));
  return missing.length === 0 ? (text ?? '') : append(text, missing, '');
}

function append(text: string | undefined, lines: readonly string[], between = '\n'): string {
  const newline = text?.includes('\r\n') ? '\r\n' : '\n';
  const before = text === undefined || text === '' ? '' : text.endsWith('\n') ? text : text + newline;
  const gap = before === '' ? '' : between.replace('\n', newline);
  return `${before}${gap}${lines.join(newline)}${newline}`;
}
