import { describeValue } from '../logs/found-value.ts';

const edge = '\\s\u200B"\'`\u2018-\u201F\u00AB\u00BB';
// Some tools, such as docker --env-file, keep the quotes of a value.
const wrapped = new RegExp(`^[${edge}]|[${edge},;]$`);
// `$NAME`, `${NAME}`, `%NAME%`, `{{ name }}`, `<your-name>` and `process.env.NAME`.
const placeholder = /^\$[A-Z_]{2,}|\$\{|^%\w+%$|\{\{|<[^>]*>|^process\.env\b/;

/**
 * What is wrong with a text that was copied into an environment variable, or `undefined`. The result never contains the
 * text, because it may be a secret.
 */
export function problemOfPasted(value: unknown): string | undefined {
  if (value === undefined) return 'is undefined';
  if (typeof value === 'string') return problemOfPastedText(value);
  // Names the type only, because even a number can be a secret.
  return `is not a string. Found: ${/number|bigint/.test(typeof value) ? 'a number' : describeValue(value)}`;
}

/** Like `problemOfPasted`, for a string. */
export function problemOfPastedText(value: string): string | undefined {
  if (value === '') return 'is empty';
  if (/^(?:undefined|null|\[object \w+\])$/.test(value))
    return `is the text '${value}': a variable was not set, or an object was converted to text`;
  if (wrapped.test(value)) return 'begins or ends with white space, a quote, `,` or `;`. Remove it';
  if (placeholder.test(value)) return 'contains a placeholder instead of a value';
  if (/^(?:export )?[A-Z][A-Z0-9_]+=[^=]/.test(value)) return 'begins with the name of a variable. Remove it';
  return undefined;
}
