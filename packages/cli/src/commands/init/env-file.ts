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

/** Adds lines to .gitignore. A path counts as absent if a later line takes it out again, such as `!.env`. */
export function addIgnored(text: string | undefined, paths: readonly string[]): string {
  const lines = (text ?? '').split(/\r?\n/).map((line) => line.trim());
  const missing = paths.filter((path) => {
    const last = lines.findLast((line) => [path, `/${path}`, `!${path}`, `!/${path}`].includes(line));
    return last === undefined || last.startsWith('!');
  });
  return missing.length === 0 ? (text ?? '') : append(text, missing, '');
}

function append(text: string | undefined, lines: readonly string[], between = '\n'): string {
  const newline = text?.includes('\r\n') ? '\r\n' : '\n';
  const before = text === undefined || text === '' ? '' : text.endsWith('\n') ? text : text + newline;
  const gap = before === '' ? '' : between.replace('\n', newline);
  return `${before}${gap}${lines.join(newline)}${newline}`;
}
