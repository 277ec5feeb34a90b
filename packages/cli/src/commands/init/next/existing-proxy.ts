// Puts Torii's proxy in front of the function of an existing proxy.ts or middleware.ts.
import { addImport, findOnly, hideComments } from './source-text.ts';

/** The new name of the app's function. */
const ownName = 'respond';

export function hasToriiProxy(text: string): boolean {
  return /\bcreateToriiProxy\b/.test(hideComments(text));
}

/**
 * Makes the app's function the handler of `createToriiProxy`, which calls it for the requests that it lets through.
 *
 * @param name what the file has to export
 * @returns `undefined` if the file is not as in Next's documentation: one exported function that takes only the request
 */
export function composeProxy(text: string, name: 'proxy' | 'middleware', optionsImport: string): string | undefined {
  const visible = hideComments(text);
  if (new RegExp(`\\b(?:${ownName}|options)\\b`).test(visible)) return undefined;
  // The compiler accepts only a handler that returns something.
  if (!/\breturn\s+[^\s;]/.test(visible)) return undefined;
  const start = findOnly(
    visible,
    new RegExp(`^export (?:default )?(?=(?:async )?function\\b)|^export (?=const ${name}\\b)`, 'gm'),
  );
  if (start === undefined) return undefined;
  const rest = visible.slice(start.end);
  const declaration =
    /^(?<opening>(?:async )?function )(?<name>\w+)?\s*(?<parameters>\([^()]*\))/.exec(rest) ??
    /^(?<opening>const )(?<name>\w+) = (?:async )?(?<parameters>\([^()]*\))[^=\n]*=>/.exec(rest);
  const { opening = '', name: given = '', parameters = '' } = declaration?.groups ?? {};
  if (declaration === null || !takesRequest(parameters)) return undefined;
  // If the name is used elsewhere in the file, or there is another export, leave the edit to the user.
  if (given !== '' && findOnly(visible, new RegExp(`\\b${given}\\b`, 'g')) === undefined) return undefined;
  if (/^export (?!const config\b|type\b|interface\b)/m.test(rest)) return undefined;
  const own = text.slice(start.end + opening.length).replace(/^\w*/, '');
  const before = text.slice(0, start.start) + opening + ownName + own;
  const imported = addImport(
    addImport(before, '{ createToriiProxy }', '@torii/next/proxy'),
    '{ options }',
    optionsImport,
  );
  return `${imported.trimEnd()}\n\n// ${ownName} runs for the requests that Torii lets through.\nexport const ${name} = createToriiProxy(options, ${ownName});\n`;
}

/** Only the request: the second argument of a handler of `createToriiProxy` differs from that of Next's function. */
function takesRequest(parameters: string): boolean {
  const inside = parameters.slice(1, -1).replace(/,\s*$/, '');
  return !inside.includes(',');
}

/** The code for the user to paste, if the file has a different form. */
export function proxyCode(name: 'proxy' | 'middleware', optionsImport: string): string {
  return `import { createToriiProxy } from '@torii/next/proxy';
import { options } from '${optionsImport}';

export const ${name} = createToriiProxy(options, (request, { auth, event }) => {
  // Your function's code. It runs for the requests that Torii lets through.
  // Return its response, or nothing to let the request continue.
});
`;
}
