// Puts `<Session>` around the pages of an app, in an existing root layout or `pages/_app`.
import { addImport, findOnly, hideComments } from './source-text.ts';

export function hasSession(text: string): boolean {
  return /<Session\b/.test(hideComments(text));
}

/**
 * Puts `<Session>` around `{children}` in the body of a root layout.
 *
 * @returns `undefined` if the file is written in another way
 */
export function wrapChildren(text: string, sessionImport: string): string | undefined {
  const visible = hideComments(text);
  const start = visible.indexOf('<body');
  const end = visible.lastIndexOf('</body>');
  if (start === -1 || end < start || declaresSession(visible)) return undefined;
  const children = findOnly(visible.slice(start, end), /\{children\}/g);
  if (children === undefined) return undefined;
  const wrapped = `${text.slice(0, start + children.start)}<Session>{children}</Session>${text.slice(start + children.end)}`;
  return addImport(wrapped, '{ Session }', sessionImport);
}

/**
 * Puts `<Session>` around `<Component … />` in `pages/_app`.
 *
 * @returns `undefined` if the file is written in another way
 */
export function wrapComponent(text: string, sessionImport: string): string | undefined {
  const visible = hideComments(text);
  const component = findOnly(visible, /<Component\b[^<>]*\/>/g);
  if (component === undefined || declaresSession(visible)) return undefined;
  const returned = /^([ \t]*)return (<Component\b[^<>]*\/>)(;?)/m.exec(visible);
  if (returned === null) {
    const element = text.slice(component.start, component.end);
    const wrapped = `${text.slice(0, component.start)}<Session>${element}</Session>${text.slice(component.end)}`;
    return addImport(wrapped, '{ Session }', sessionImport);
  }
  const [whole, indent = '', element, semicolon] = returned;
  const lines = ['return (', '  <Session>', `    ${element}`, '  </Session>', `)${semicolon}`];
  const wrapped = lines.map((line) => indent + line).join('\n');
  const after = text.slice(returned.index + whole.length);
  return addImport(text.slice(0, returned.index) + wrapped + after, '{ Session }', sessionImport);
}

function declaresSession(visible: string): boolean {
  return /\bSession\b/.test(visible);
}
