// When to send a request again, and after how long.

/** Whether a request was carried out: surely not since it never left, surely not since it was turned away, or who knows. */
export type Reach = 'never_arrived' | 'turned_away' | 'unknown';

/** What a server says when the same request may do better in a moment. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** What Node, Bun and Deno say when there was no connection to send anything through. */
const unconnected =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused)$/;

const firstWaitMs = 250;
const longestWaitMs = 8_000;

export function isPassing(status: number): boolean {
  return passing.has(status);
}

/** Of a failed fetch. What is not known to have stayed here may have arrived. */
export function reachOfFailure(error: unknown): Reach {
  const codes = codesOf(error);
  return codes.some((code) => unconnected.test(code)) ? 'never_arrived' : 'unknown';
}

/** The codes of an error and of what it was caused by, the outermost first. */
export function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  // An error may be its own cause.
  for (let depth = 0, current = error; depth < 5 && current instanceof Error; depth++, current = current.cause) {
    const code: unknown = Reflect.get(current, 'code');
    if (typeof code === 'string') codes.push(code);
  }
  return codes;
}

/** Milliseconds that an answer asks to wait (RFC 9110 10.2.3): seconds or a date. Undefined for what cannot be meant. */
export function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  // Date.parse reads a date into almost anything, -5 among it.
  const date = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** How long to wait after an attempt: twice as long each time, differently for each caller, never less than asked. */
export function waitAfter(attempt: number, askedMs = 0): number {
  const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1));
  return Math.max(askedMs, longest * (0.5 + Math.random() / 2));
}
