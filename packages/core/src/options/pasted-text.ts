/**
 * What is wrong with a text that was copied into an environment variable, or `undefined`. The result never contains the
 * text, because it may be a secret.
 */
export function problemOfPasted(value: unknown): string | undefined {
  if (typeof value !== 'string') return value === undefined ? 'is undefined' : 'is not a string';
  if (value === '') return 'is empty';
  if (value === 'undefined' || value === 'null') return `is the text '${value}'. A missing value was turned into text`;
  if (/^\s|\s$/.test(value)) return 'begins or ends with a space or a line break. Remove it';
  if (/^["'`]|["'`]$/.test(value))
    return 'begins or ends with a quote. Remove the quotes: docker --env-file keeps them';
  return undefined;
}
