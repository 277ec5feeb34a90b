import { denialFor } from '@torii/core';
import { type Answer, errorFrom } from '@torii/core/adapter';

const cacheControl = 'private, no-store';
const vary = ['Authorization', 'Cookie'];

export function answerPrivately(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': cacheControl, Vary: vary.join(', '), ...headers } });
}

export function toResponse({ status, headers, body }: Answer): Response {
  if (typeof body === 'object' && body !== null) return Response.json(body, { status, headers });
  return new Response(body, { status, headers });
}

export function answerError(error: unknown): Response {
  const denial = denialFor(error);
  if (denial === undefined) throw errorFrom(error);
  return toResponse(denial);
}

export function markPrivate<R extends Response>(response: R): R | Response {
  try {
    mark(response.headers);
    return response;
  } catch {
    // Copy the response to change its headers: the headers of a response from `fetch` are immutable.
    const copy = new Response(response.body, response);
    mark(copy.headers);
    return copy;
  }
}

function mark(headers: Headers): void {
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', cacheControl);
  const existing = (headers.get('Vary') ?? '').toLowerCase().split(/[ ,]+/);
  for (const name of vary)
    if (!existing.includes('*') && !existing.includes(name.toLowerCase())) headers.append('Vary', name);
}
