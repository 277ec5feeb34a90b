// Date.parse alone accepts other formats, which differ between engines, and reads a time without a zone in that of the machine.
const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The time of an RFC 3339 text in milliseconds, or `undefined` if it is not one. */
export function parseRfc3339(text: unknown): number | undefined {
  const ms = typeof text === 'string' && form.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
