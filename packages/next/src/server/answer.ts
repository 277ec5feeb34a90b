import { denialFor, ToriiConfigError } from '@torii/core';
import { type Answer, errorFrom } from '@torii/core/adapter';
import { type AwaitGuard, createAwaitGuard, kindOf } from '@torii/core/internal';

const cacheControl = 'private, no-store';
const vary = ['Authorization', 'Cookie'];

const responseFields = {
  body: true,
  headers: true,
  ok: true,
  redirected: true,
  status: true,
  statusText: true,
  type: true,
  url: true,
} satisfies Partial<Record<keyof Response, true>>;

/** Makes the promise of a Response throw if a field is read from it without `await`. */
export const guardResponse: AwaitGuard = createAwaitGuard(responseFields);

/** Throws a ToriiConfigError if the app's handler returned anything but a Response. */
export function requireResponse(returned: unknown, option: string): Response {
  if (isResponse(returned)) return returned;
  throw new ToriiConfigError(
    option,
    `The handler of \`${option}\` returned ${kindOf(returned)} instead of a Response. Return a Response, such as Response.json(data).`,
  );
}

// Not `instanceof`: a Response of another realm has another class.
function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null || typeof Reflect.get(value, 'status') !== 'number') return false;
  return typeof Reflect.get(Object(Reflect.get(value, 'headers')), 'get') === 'function';
}

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

export function markPrivate(response: Response): Response {
  return withHeaders(response, mark);
}

/** Changes the headers of the response, or of a copy if they are immutable, as those of a response from `fetch`. */
export function withHeaders(response: Response, change: (headers: Headers) => void): Response {
  try {
    change(response.headers);
    return response;
  } catch {
    const copy = new Response(response.body, response);
    change(copy.headers);
    return copy;
  }
}

function mark(headers: Headers): void {
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', cacheControl);
  const existing = (headers.get('Vary') ?? '').toLowerCase().split(/[ ,]+/);
  for (const name of vary)
    if (!existing.includes('*') && !existing.includes(name.toLowerCase())) headers.append('Vary', name);
}
