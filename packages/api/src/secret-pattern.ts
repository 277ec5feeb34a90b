/** Matches a secret in a response, also if the server has escaped some of its characters. */
export type SecretPattern = RegExp;

const namedEntities: Readonly<Record<string, string>> = { '"': 'quot', '&': 'amp', "'": 'apos', '<': 'lt', '>': 'gt' };

/**
 * Servers that echo a request into an error may escape it: `/` as `\/` (PHP) and `+` as `\u002B` (.NET) in JSON, `&#x2F;` and
 * `&#43;` in HTML. JSON.parse would turn such text back into the secret.
 */
export function secretPatternOf(secret: string): SecretPattern {
  const characters = secret.split('').map((character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16);
    const anyCase = hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    const zeros = '0'.repeat(4 - hex.length);
    const forms = [
      String.raw`\\u${zeros}${anyCase}`,
      ...(code < 0x80 ? [`%${anyCase.padStart(2, '0')}`] : []),
      `&#[xX]${anyCase};`,
      `&#0?${code};`,
      ...(namedEntities[character] === undefined ? [] : [`&${namedEntities[character]};`]),
      // Last: `%` is also the first character of its escaped form.
      `${/["'/\\]/.test(character) ? String.raw`\\?` : ''}\\u${zeros}${hex}`,
    ];
    return `(?:${forms.join('|')})`;
  });
  return new RegExp(characters.join(''), 'g');
}

export function textWithout(secretKey: SecretPattern, text: string): string {
  return text.replace(secretKey, '[secret key]');
}
