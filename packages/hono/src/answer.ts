import type { Answer } from '@torii/core/adapter';
import type { Context } from 'hono';

/** Turns an answer into the response, and keeps the headers that other middleware has set. */
export function respond(c: Context, { status, headers, body }: Answer): Response {
  const sent = new Headers(c.body(null).headers);
  // Removes headers that describe the body of an earlier response.
  for (const name of ['Content-Type', 'Content-Length', 'Content-Encoding']) sent.delete(name);
  const isJson = typeof body === 'object' && body !== null;
  if (body !== null) sent.set('Content-Type', isJson ? 'application/json' : 'text/plain; charset=UTF-8');
  for (const [name, value] of Object.entries(headers)) {
    if (/^(?:vary|set-cookie)$/i.test(name)) sent.append(name, value);
    else sent.set(name, value);
  }
  // Otherwise, Hono would replace headers of the new response with those of the old one.
  c.res = undefined;
  c.res = new Response(isJson ? JSON.stringify(body) : body, { status, headers: sent });
  return c.res;
}
