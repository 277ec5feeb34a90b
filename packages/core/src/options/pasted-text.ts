import { recognize } from '../logs/found-value.ts';
import { kindOf } from '../logs/value-kind.ts';

const quote = '["\'`\u2018-\u201F\u00AB\u00BB]';
const quoted = new RegExp(`^${quote}|${quote}$`);
// `$NAME`, `${NAME}`, `%NAME%`, `{{ name }}`, `<your-name>` and `process.env.NAME`.
const placeholder = /^\$[A-Z_]{2,}|\$\{|^%\w+%$|\{\{|<[^>]*>|^process\.env\b/;

/**
 * What is wrong with a text that was copied into an environment variable, or `undefined`. The result never contains the
 * text, because it may be a secret.
 */
export function problemOfPasted(value: unknown): string | undefined {
  if (value === undefined) return 'is undefined';
  // Not the value itself: a number may be a secret too.
  if (typeof value !== 'string') return `is not a string. Found: ${recognize(value) ?? kindOf(value)}`;
  if (value === '') return 'is empty';
  if (/^(?:undefined|null|\[object \w+\])$/.test(value))
    return `is the text '${value}'. A missing value, or an object, was turned into text`;
  if (/^[\s\u200B]|[\s\u200B]$/.test(value)) return 'begins or ends with a space or a line break. Remove it';
  if (quoted.test(value)) return 'begins or ends with a quote. Remove the quotes: docker --env-file keeps them';
  if (/[,;]$/.test(value)) return 'ends with a comma or a semicolon. Remove it';
  if (placeholder.test(value)) return 'contains a placeholder that was not replaced by its value';
  if (/^(?:export )?[A-Z][A-Z0-9_]+=[^=]/.test(value))
    return 'begins with the name of a variable. Remove everything up to the `=`';
  return undefined;
}
