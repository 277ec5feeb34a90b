const string = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/y;
// From a backtick, or the brace that ends an expression, to the next expression or the end.
const templatePart = /[`}](?:\\.|\$(?!\{)|[^`\\$])*(?:`|\$\{)/sy;
const regex = /\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])+\/[a-z]*/y;
const beforeRegex = /(?:[(,=:[!&|?{};+>]|\b(?:return|case|typeof))$/;

/**
 * Empties the strings and the parts of templates that contain a space, in a minified module. These are the messages that a person
 * reads. The result is not meant to run: it shows how many bytes of a bundle the messages take.
 */
export function withoutMessages(code: string): string {
  // For each open brace, whether it began an expression in a template.
  const braces: boolean[] = [];
  let result = '';
  let at = 0;
  while (at < code.length) {
    const char = code.charAt(at);
    const isTemplate = char === '`' || (char === '}' && braces.pop() === true);
    const isRegex = char === '/' && beforeRegex.test(code.slice(Math.max(0, at - 8), at));
    const pattern = isTemplate ? templatePart : isRegex ? regex : string;
    pattern.lastIndex = at;
    const token = pattern.exec(code)?.[0] ?? char;
    const opens = token.endsWith('{');
    if (opens) braces.push(isTemplate);
    const isMessage = !isRegex && token.length > 1 && token.includes(' ');
    result += isMessage ? char + token.slice(opens ? -2 : -1) : token;
    at += token.length;
  }
  return result;
}
