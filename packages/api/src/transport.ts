import { type ApiCall, ToriiApiError, ToriiConfigError, ToriiConnectionError, ToriiError } from '@torii/core';
import {
  type AwaitGuard,
  emitterFor,
  loggable,
  loggableCause,
  onAbort,
  pause,
  platformFetch,
  raceDeadline,
  readConnectionFailure,
  steadyMs,
} from '@torii/core/internal';
import { announcementFor } from './announcements.ts';
import { isUnusable, readData, refusalFor } from './answer.ts';
import { guardResponse } from './await-guards.ts';
import type { ApiResponse, Call, Operation, RequestOptions } from './operation.ts';
import type { Settings } from './options.ts';
import { isRepeatable, prepareRequest } from './request.ts';
import { isTemporary, waitAfter } from './retries.ts';
import { secretPatternOf, textWithout } from './secret-pattern.ts';
import { sentSecretsOf, withoutTokens } from './sent-secrets.ts';

export function callApi<T>(
  settings: Settings,
  operation: () => Operation,
  options: RequestOptions | undefined,
  guard: AwaitGuard | undefined,
): Call<T> {
  return callFor(perform<T>(settings, operation, options), guard);
}

async function perform<T>(
  settings: Settings,
  describe: () => Operation,
  options: RequestOptions = {},
): Promise<ApiResponse<T>> {
  const operation = describe();
  const { path: sentPath, url, init, timeoutMs, maxRetries } = prepareRequest(settings, operation, options);
  // For events and errors, which are logged: the ids in the path may come from a caller.
  const path = loggable(sentPath);
  const { method } = operation;
  const mayRepeat = isRepeatable(operation);
  const emit = emitterFor(settings.onEvent);
  const secret = secretPatternOf(settings.secretKey);
  const announcement = announcementFor(settings.announcer, operation);
  const ending = new AbortController();
  const stopping = new AbortController();
  let endsAt = 0;
  let attempts = 0;
  let hasArrived = false;
  let isInDoubt = false;
  let remedy: string | undefined;

  const unsubscribe = options.signal && onAbort(options.signal, () => stopping.abort());
  try {
    // No `await` without an announcement: the request must be sent before the method returns.
    if (announcement?.beforeRequest && !stopping.signal.aborted) await announcement.beforeRequest(stopping.signal);
    endsAt = steadyMs() + timeoutMs;
    const response = await run();
    await announcement?.afterAnswer(response, stopping.signal);
    return response;
  } finally {
    unsubscribe?.();
  }

  async function run(): Promise<ApiResponse<T>> {
    for (;;) {
      const sentAt = steadyMs();
      const outcome = await raceDeadline(attempt(), endsAt - sentAt, end, stopping.signal).catch(failureFor);
      const error = outcome instanceof ToriiError ? outcome : null;
      const retryInMs = error && waitBeforeNext(error);
      const durationMs = steadyMs() - sentAt;
      // No event if the signal was already aborted: no request was sent.
      if (attempts > 0) emit({ type: 'request', method, path, attempt: attempts, durationMs, error, retryInMs });
      if (!(outcome instanceof ToriiError)) return outcome;
      if (retryInMs === null) throw isKeyRefused(outcome) ? wrongKey(outcome) : outcome;
      await waitToRetry(retryInMs);
    }
  }

  function end(): never {
    ending.abort();
    throw ending.signal.reason;
  }

  async function waitToRetry(ms: number): Promise<void> {
    await pause(ms, stopping.signal);
    if (!stopping.signal.aborted && steadyMs() < endsAt) return;
    ending.abort();
    throw connectionErrorFor(undefined);
  }

  async function attempt(): Promise<ApiResponse<T>> {
    const { signal } = ending;
    if (stopping.signal.aborted) end();
    attempts++;
    // Do not call `settings.fetch(…)`: with `settings` as `this`, browsers and Workers throw "Illegal invocation".
    const fetch = settings.fetch ?? platformFetch;
    // Do not let `fetch` follow redirects: it would send the secret key to another URL. Cloudflare Workers do not
    // support `redirect: 'error'` and throw, so use `manual`.
    const response = await fetch(url, { ...init, signal, redirect: 'manual' });
    const { status, headers } = response;
    const isSuccess = status >= 200 && status < 300;
    // The status of an error counts even if its body is cut off: a deletion that is refused with 403 was not carried out.
    const received = isSuccess ? response.text() : response.text().catch(() => '');
    // Remove the secret key from the response, which apps may log: proxies and debug pages may echo the request
    // headers.
    const text = textWithout(secret, await received);
    if (isSuccess || (isInDoubt && status === operation.doneStatus)) {
      return { data: readData(operation, { status, text }, call()) as T, status, headers, ...call() };
    }
    const shown = operation.isSecretAnswer ? withoutTokens(text) : text;
    throw refusalFor({ status, headers, text: shown }, call(), sentSecretsOf(operation, init.headers));
  }

  function failureFor(thrown: unknown): ToriiApiError | ToriiConnectionError {
    const isAnswer = thrown instanceof ToriiApiError;
    const failure = readConnectionFailure(thrown);
    const isLost = !isAnswer && attempts > 0 && failure.mayHaveArrived;
    remedy = failure.remedy;
    hasArrived ||= isAnswer || isLost;
    isInDoubt ||= isAnswer ? thrown.status >= 500 && !isUnusable(thrown) : isLost;
    return isAnswer ? thrown : connectionErrorFor(loggableCause(thrown));
  }

  function waitBeforeNext(error: ToriiApiError | ToriiConnectionError): number | null {
    const waitMs = waitAfter(attempts, error instanceof ToriiApiError ? error.retryAfterSeconds : null);
    const isInTime = attempts <= maxRetries && waitMs < endsAt - steadyMs();
    const isWorthIt = isTemporary(error) && !isUnusable(error) && remedy === undefined;
    return isWorthIt && (mayRepeat || !hasArrived) && isInTime ? waitMs : null;
  }

  function connectionErrorFor(failure: unknown): ToriiConnectionError {
    const isAborted = stopping.signal.aborted;
    const reason = isAborted ? 'aborted' : ending.signal.aborted ? 'timeout' : 'network';
    const cause = isAborted ? options.signal?.reason : failure;
    const advice = reason === 'network' && remedy ? ` ${remedy}` : '';
    const doubt = hasArrived && !mayRepeat ? ' The operation may have been carried out.' : '';
    const message = `Torii's API sent no response: ${reason}.${advice}${doubt}`;
    const about = { ...call(), mayHaveArrived: hasArrived };
    return new ToriiConnectionError(reason, message, about, reason === 'timeout' ? {} : { cause });
  }

  function call(): ApiCall {
    return { method, path, attempts };
  }
}

function callFor<T>(response: Promise<ApiResponse<T>>, guard: AwaitGuard | undefined): Call<T> {
  const data = response.then((whole) => whole.data);
  guard?.(data);
  guardResponse(response);
  return Object.assign(data, {
    withResponse: () => {
      // If the request fails, `data` rejects too, although the caller handles only `response`. Handle the rejection of
      // `data` here: an unhandled one ends a Node process.
      data.catch(() => {});
      return response;
    },
  });
}

// Frameworks answer an uncaught error with its `status`. If this server's key is wrong, a 401 would make apps sign their users
// out.
function isKeyRefused(error: ToriiApiError | ToriiConnectionError): boolean {
  return 'status' in error && error.status === 401;
}

function wrongKey(cause: Error): ToriiConfigError {
  const message = "`secretKey` was refused by Torii's API. Set TORII_SECRET_KEY to the secret key of this environment.";
  return new ToriiConfigError('secretKey', message, { cause });
}
