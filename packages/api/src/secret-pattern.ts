/** Matches the secret key in a response, also where the server has escaped some of its characters. */
export type SecretPattern = RegExp;

/**
 * Servers that echo a request header into an error may escape it: `/` as `\/` (PHP) and `+` as `\u002B` (.NET) in JSON,
 * `&#x2F;` and `&#43;` in HTML. JSON.parse would turn such text back into the key.
 */
export function secretPatternOf(secretKey: string): SecretPattern {
  const characters = Array.from(secretKey, (character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16).replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
    const literal = `${character === '/' ? String.raw`\\?` : ''}\\x${code.toString(16)}`;
    return String.raw`(?:${literal}|(?:\\u00|%)${hex}|&#[xX]${hex};|&#${code};)`;
  });
  return new RegExp(characters.join(''), 'g');
}

export function textWithout(secretKey: SecretPattern, text: string): string {
  return text.replace(secretKey, '[secret key]');
}
