/** Turns `allowed-origins` into `allowedOrigins`. */
export function camelCase(words: string): string {
  const [first = '', ...rest] = splitWords(words);
  return first + rest.map(capitalize).join('');
}

/** Turns `allowed-origins` into `AllowedOrigins`. */
export function pascalCase(words: string): string {
  return splitWords(words).map(capitalize).join('');
}

/** Turns `companies` into `company`. */
export function singular(word: string): string {
  if (!isPlural(word)) return word;
  if (/ies$/.test(word)) return word.replace(/ies$/, 'y');
  return word.replace(/(ss|sh|ch|x|z|(?<![ao])us)es$/, '$1').replace(/([^s])s$/, '$1');
}

/** `true` for `sessions`; `false` for `address`, `status` and `metadata`. */
export function isPlural(word: string): boolean {
  return /[^siu]s$/.test(word);
}

function splitWords(words: string): readonly string[] {
  return words
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_]/)
    .filter((word) => word !== '');
}

function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
