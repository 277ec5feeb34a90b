/** Parses JSON with comments and trailing commas, as in tsconfig.json. Returns `undefined` if it is neither. */
export function parseCommentedJson(text: string): unknown {
  // Strings are matched too, so that `//` in a URL and `,]` in a text stay.
  const bare = text
    .replace(/^\uFEFF/, '')
    .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_found, string: string | undefined) => string ?? ' ')
    .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[\]}])/g, (_found, string: string | undefined) => string ?? '');
  try {
    return JSON.parse(bare);
  } catch {
    return undefined;
  }
}
