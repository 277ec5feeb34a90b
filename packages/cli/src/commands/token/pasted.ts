/** What somebody pasted: a token alone, or the values of `Authorization` headers, in which there may be one. */
export type Pasted = { readonly token: string } | { readonly headers: readonly string[] };

// As a request has it, as a line for cURL, or as a browser copies it for `fetch`.
const header = /(["'])?\bauthorization\1?[ \t]*:[ \t]*(["'])?([^\r\n]*)/gi;
const scheme = /^(?:bearer|basic|digest|dpop|negotiate)[ \t]/i;

/** Finds what is meant. Nothing is put right: what is wrong with it is for the verifier to say. */
export function understand(text: string): Pasted {
  const headers = [...text.matchAll(header)].map(([, outer, inner, value = '']) => upTo(inner ?? outer, value).trim());
  if (headers.length > 0) return { headers };
  const bare = withoutQuotes(text.trim());
  return scheme.test(bare) ? { headers: [bare] } : { token: bare };
}

/** The token of what was pasted, or undefined where there is not one. */
export function tokenIn(pasted: Pasted): string | undefined {
  if ('token' in pasted) return pasted.token === '' ? undefined : pasted.token;
  const [value, second] = pasted.headers;
  return second === undefined ? /^bearer[ \t]+(\S+)$/i.exec(value ?? '')?.[1] : undefined;
}

function upTo(quote: string | undefined, value: string): string {
  return quote === undefined ? value : (value.split(quote, 1)[0] ?? '');
}

function withoutQuotes(text: string): string {
  return /^(["'`]).*\1$/s.test(text) ? text.slice(1, -1).trim() : text;
}
