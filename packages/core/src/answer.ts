import { type Denial, denialFor } from './denial.ts';
import { ToriiConfigError, ToriiError } from './errors.ts';

/** What to write: an object becomes JSON, a string is sent as it is, null sends no body. */
export type Answer = Denial<object | string | null>;

/**
 * Says what to answer instead of `denial`, or undefined to leave it. The request stays refused, whatever it says; nothing
 * keeps `denial`. `Request` is the framework's own.
 */
export type AnswerOtherwise<Request> = (
  denial: Denial,
  error: ToriiError,
  request: Request,
) => Answer | undefined | Promise<Answer | undefined>;

/**
 * The option `onError` as it came, which is a function or absent.
 *
 * @throws ToriiConfigError for anything else
 */
export function requireOnError<Request>(
  onError: AnswerOtherwise<Request> | undefined,
): AnswerOtherwise<Request> | undefined {
  if (onError === undefined || typeof onError === 'function') return onError;
  throw new ToriiConfigError(
    'onError',
    '`onError` is not a function: (denial, error, request) => ({ ...denial, body }).',
  );
}

/**
 * The answer to a refused request: the denial, or what `onError` makes of it, which no shared cache keeps unless it says so
 * itself.
 *
 * @throws what is no refusal of ours, as it came: it is for the framework to answer. And whatever `onError` throws.
 */
export async function answerFor<Request>(
  error: unknown,
  request: Request,
  onError: AnswerOtherwise<Request> | undefined,
): Promise<Answer> {
  const denial = denialFor(error);
  if (denial === undefined || !(error instanceof ToriiError)) throw error;
  const { status, headers, body } = (await onError?.(denial, error, request)) ?? denial;
  return { status, headers: headersOf(headers, denial), body };
}

/** The denial's `Vary` is added to; what else it says about caches stands where nobody says otherwise. */
function headersOf(headers: Denial['headers'], denial: Denial): Denial['headers'] {
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
