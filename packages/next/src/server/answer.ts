import { denialFor } from '@torii/core';
import { type Answer, errorFrom } from '@torii/core/adapter';

// What depends on who asks must not be kept by a cache, and given to the next who asks.
const cacheControl = 'private, no-store';
const vary = ['Authorization', 'Cookie'];

/** An answer of ours that depends on who asks. */
export function answerPrivately(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': cacheControl, Vary: vary.join(', '), ...headers } });
}

/** An answer of core as a response. */
export function toResponse({ status, headers, body }: Answer): Response {
  if (typeof body === 'object' && body !== null) return Response.json(body, { status, headers });
  return new Response(body, { status, headers });
}

/** Core's refusal for an error, which is thrown again if core has no answer to it. */
export function answerError(error: unknown): Response {
  const denial = denialFor(error);
  if (denial === undefined) throw errorFrom(error);
  return toResponse(denial);
}

/** Keeps caches from an app's own answer that depends on who asks. What the app itself says of caching stands. */
export function markPrivate<R extends Response>(response: R): R | Response {
  try {
    mark(response.headers);
    return response;
  } catch {
    // Somebody else's answer, passed on: its headers cannot be changed.
    const copy = new Response(response.body, response);
    mark(copy.headers);
    return copy;
  }
}

function mark(headers: Headers): void {
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', cacheControl);
  const said = (headers.get('Vary') ?? '').toLowerCase().split(/[ ,]+/);
  for (const name of vary) if (!said.includes('*') && !said.includes(name.toLowerCase())) headers.append('Vary', name);
}
