/** Matches a secret in a response, also if the server has escaped some of its characters. */
export type SecretPattern = RegExp;

const namedEntities: Readonly<Record<string, string>> = { '"': 'quot', '&': 'amp', "'": 'apos', '<': 'lt', '>': 'gt' };

/**
 * Servers that echo a request into an error may escape it: `/` as `\/` (PHP) and `+` as `\u002B` (.NET) in JSON, `&#x2F;` and
 * `&#43;` in HTML. JSON.parse would turn such text back into the secret.
 */
export function secretPatternOf(secret: string): SecretPattern {
  // Backslashes are matched as one run, together with those that escape the next character. If each could be one or several in
  // the text, a secret with 30 of them would take minutes (ReDoS), and a password may come from a caller.
  const source = secret.replace(/(\\+)(["'/]?)|(["'/])|[\s\S]/g, (found, run = '', escaped = '', alone = '') => {
    const escapable: string = escaped + alone;
    if (run === '' && escapable === '') return formsOf(found);
    return backslashes(run.length, escapable === '' ? 0 : 7) + (escapable === '' ? '' : formsOf(escapable));
  });
  return new RegExp(source, 'g');
}

function backslashes(count: number, more: number): string {
  const escaped = String.raw`(?:${escapesOf('\\').join('|')}){${count}}\\{0,${more}}`;
  return count === 0 ? String.raw`\\{0,${more}}` : String.raw`(?:${escaped}|\\{${count},${count * 8 + more}})`;
}

function formsOf(character: string): string {
  const literal = String.raw`\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  // The literal comes last: `%` is also the first character of its escaped form.
  return `(?:${[...escapesOf(character), literal].join('|')})`;
}

function escapesOf(character: string): readonly string[] {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  const anyCase = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
  return [
    String.raw`\\u${'0'.repeat(4 - hex.length)}${anyCase}`,
    ...(code < 0x80 ? [`%${anyCase.padStart(2, '0')}`] : []),
    `&#[xX]${anyCase};`,
    `&#0?${code};`,
    ...(namedEntities[character] === undefined ? [] : [`&${namedEntities[character]};`]),
  ];
}

export function textWithout(secretKey: SecretPattern, text: string): string {
  return text.replace(secretKey, '[secret key]');
}
