import { type ApiCall, type ProblemDetails, ToriiApiError } from '@torii/core';
import type { Operation } from './operation.ts';
import { retryAfterMs } from './retries.ts';

/** An answer that was read to its end. */
export interface Received {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/**
 * What a good answer says.
 *
 * @throws ToriiApiError `response_malformed` for what is not what the operation answers
 */
export function readData(operation: Operation, received: Received, call: ApiCall): unknown {
  if (operation.answer === 'nothing' || (operation.answer === 'value' && received.text === '')) return undefined;
  const body = parse(received.text);
  const problem = body === undefined ? 'is not JSON' : problemOf(operation, body);
  if (problem === undefined) return operation.answer === 'page' ? { nextCursor: null, ...Object(body) } : body;
  throw new ToriiApiError(`${describe(call)} was answered with ${received.status}, but the answer ${problem}.`, {
    ...call,
    status: received.status,
    code: 'response_malformed',
    body: body ?? received.text,
  });
}

/** The error that a refusal stands for. */
export function refusalFor({ status, headers, text }: Received, call: ApiCall): ToriiApiError {
  if (status === 0 || (status >= 300 && status < 400)) {
    return new ToriiApiError(
      `${describe(call)} was redirected. The client follows no redirect, since it would take the secret key along. Is apiUrl right?`,
      { ...call, status, code: 'redirect_refused' },
    );
  }
  const body = parse(text) ?? (text || undefined);
  const problem = problemFrom(body);
  const code = textOf(problem, 'code') ?? 'unknown';
  const supportId = textOf(problem, 'supportId') ?? textOf(problem, 'support_id') ?? null;
  const support = supportId === null ? '' : ` Support id: ${printable(supportId)}.`;
  const asked = retryAfterMs(headers);
  return new ToriiApiError(`${describe(call)} was refused with ${status} (${printable(code)}).${support}`, {
    ...call,
    status,
    code,
    supportId,
    body,
    problem,
    retryAfterSeconds: asked === undefined ? null : Math.ceil(asked / 1000),
  });
}

/** `GET /api/server/v1/users/ada`, for a message. */
export function describe({ method, path }: ApiCall): string {
  return `${method} ${path}`;
}

// No more than what the client itself counts on. A field that a later server leaves out is no reason to stop an app that
// does not look at it.
function problemOf({ answer, hasId }: Operation, body: unknown): string | undefined {
  const isGood = hasId ? hasTextId : isObject;
  if (answer === 'object') return isGood(body) ? undefined : `is not an object${hasId ? ' with an id' : ''}`;
  if (answer === 'list')
    return isListOf(body, hasId) ? undefined : `is not a list of objects${hasId ? ' with ids' : ''}`;
  if (answer !== 'page') return undefined;
  if (!isObject(body) || !isListOf(body['items'], hasId)) return 'is not a page with items';
  const { hasMore, nextCursor = null } = body;
  if (typeof hasMore !== 'boolean' || (nextCursor !== null && typeof nextCursor !== 'string')) {
    return 'does not say whether there is another page';
  }
  return hasMore && nextCursor === null ? 'promises another page and has no cursor for it' : undefined;
}

function isListOf(value: unknown, hasId: boolean | undefined): boolean {
  return Array.isArray(value) && (!hasId || value.every(hasTextId));
}

function hasTextId(value: unknown): boolean {
  return isObject(value) && typeof value['id'] === 'string';
}

// RFC 9457. Torii's own members may stand at the top or inside `properties`, as its server's framework has it.
function problemFrom(body: unknown): ProblemDetails | null {
  if (!isObject(body)) return null;
  const { type, title, status, detail, instance, properties, ...rest } = body;
  return {
    ...(typeof type === 'string' && { type }),
    ...(typeof title === 'string' && { title }),
    ...(typeof status === 'number' && { status }),
    ...(typeof detail === 'string' && { detail }),
    ...(typeof instance === 'string' && { instance }),
    properties: { ...rest, ...(isObject(properties) && properties) },
  };
}

function textOf(problem: ProblemDetails | null, name: string): string | undefined {
  const value = problem?.properties[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

// The server chose this text: in a message it must not forge a line of a log.
function printable(text: string): string {
  return text.slice(0, 100).replace(/[^\x21-\x7E]/g, '?');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
