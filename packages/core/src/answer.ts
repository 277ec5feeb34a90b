import { type Denial, denialFor } from './denial.ts';
import { ToriiConfigError, ToriiError } from './errors.ts';

/** The response to send. A `body` that is an object is sent as JSON, a string is sent unchanged, and `null` means no body. */
export type Answer = Denial<object | string | null>;

/** The `onError` option. Returns the response to a refusal, or `undefined` to send `denial`. It cannot allow the request. */
export type AnswerOtherwise<Request> = (
  denial: Denial,
  error: ToriiError,
  request: Request,
) => Answer | undefined | Promise<Answer | undefined>;

export function requireOnError<Request>(onError: unknown): AnswerOtherwise<Request> | undefined {
  if (onError === undefined || typeof onError === 'function') return onError as AnswerOtherwise<Request> | undefined;
  throw new ToriiConfigError(
    'onError',
    '`onError` must be a function. Write (denial, error, request) => ({ ...denial, body }).',
  );
}

/**
 * Returns the response to a refused request. Its `Vary` and `Cache-Control` headers keep shared caches, such as a CDN, from
 * serving it to other callers.
 * @throws `error` unchanged, if it is not a refusal
 */
export async function answerFor<Request>(
  error: unknown,
  request: Request,
  onError: AnswerOtherwise<Request> | undefined,
): Promise<Answer> {
  const denial = denialFor(error);
  if (denial === undefined || !(error instanceof ToriiError)) throw error;
  const { status, headers, body } = (await onError?.(denial, error, request)) ?? denial;
  return { status, headers: mergeCacheHeaders(headers, denial), body };
}

function mergeCacheHeaders(headers: Denial['headers'], denial: Denial): Denial['headers'] {
  const { 'Cache-Control': cacheControl = '', Vary = '' } = denial.headers;
  const written = Object.entries(headers).filter(([, value]) => value !== undefined);
  const others = written.filter(([name]) => name.toLowerCase() !== 'vary');
  const varies = written.filter((entry) => !others.includes(entry)).flatMap(([, value]) => value.split(/\s*,\s*/));
  return {
    'Cache-Control': cacheControl,
    Vary: [...new Set([...Vary.split(', '), ...varies])].join(', '),
    ...Object.fromEntries(others),
  };
}
