import { type ApiCall, type ToriiApiError, ToriiConnectionError } from '@torii/core';
import { describe, type Received, readData, refusalFor } from './answer.ts';
import { type Answer, Call } from './call.ts';
import { safeCause } from './cause.ts';
import { CallEnded, Deadline } from './deadline.ts';
import type { Operation, RequestOptions } from './operation.ts';
import { readCallOptions, type Settings } from './options.ts';
import { type PreparedRequest, prepareRequest } from './request.ts';
import { codesOf, isPassing, type Reach, reachOfFailure, retryAfterMs, waitAfter } from './retries.ts';

/** An attempt that did not succeed. */
interface Failure {
  readonly error: ToriiApiError | ToriiConnectionError;
  readonly reach: Reach;
  /** Whether the same request may do better in a moment. */
  readonly isPassing: boolean;
  readonly askedMs?: number | undefined;
}

/** Sends one call. What is wrong with it rejects the call, as everything else does. */
export function callApi<T>(settings: Settings, describe: () => Operation, options?: RequestOptions): Call<T> {
  return new Call(perform<T>(settings, describe, options));
}

async function perform<T>(settings: Settings, describe: () => Operation, given?: RequestOptions): Promise<Answer<T>> {
  const operation = describe();
  const options = readCallOptions(given);
  const request = prepareRequest(settings, operation, options);
  const deadline = new Deadline(request.timeoutMs, options.signal);
  try {
    return await new Attempts<T>(settings, operation, request, deadline, options.signal).run();
  } finally {
    deadline.release();
  }
}

/** One call: its requests, one after another, until one succeeds or no further one is safe or in time. */
class Attempts<T> {
  readonly #settings: Settings;
  readonly #operation: Operation;
  readonly #request: PreparedRequest;
  readonly #deadline: Deadline;
  readonly #signal: AbortSignal | undefined;
  #attempt = 0;
  /** Of all attempts together. */
  #mayBeDone = false;
  #mayHaveArrived = false;

  constructor(
    settings: Settings,
    operation: Operation,
    request: PreparedRequest,
    deadline: Deadline,
    signal: AbortSignal | undefined,
  ) {
    this.#settings = settings;
    this.#operation = operation;
    this.#request = request;
    this.#deadline = deadline;
    this.#signal = signal;
  }

  async run(): Promise<Answer<T>> {
    for (;;) {
      const outcome = await this.#send();
      if (!('error' in outcome)) return this.#answer(outcome);
      const waitMs = this.#waitAfter(outcome);
      if (waitMs === undefined) throw outcome.error;
      this.#emit({ type: 'retrying', delayMs: Math.round(waitMs) });
      try {
        await this.#deadline.wait(waitMs);
      } catch (ended) {
        throw this.#silence(ended, this.#mayHaveArrived);
      }
    }
  }

  async #send(): Promise<Received | Failure> {
    const start = performance.now();
    let received: Received;
    try {
      received = await this.#fetch();
    } catch (cause) {
      const reach = this.#attempt === 0 ? 'never_arrived' : reachOfFailure(cause);
      const error = this.#silence(cause, this.#mayHaveArrived || reach === 'unknown');
      this.#emit({ type: 'failed', reason: error.reason, durationMs: performance.now() - start });
      return { error, reach, isPassing: error.reason === 'network' };
    }
    this.#emit({ type: 'answered', status: received.status, durationMs: performance.now() - start });
    return received.status >= 200 && received.status < 300 ? received : this.#refusal(received);
  }

  async #fetch(): Promise<Received> {
    const { method, url, headers, body } = this.#request;
    const { signal } = this.#deadline;
    return this.#deadline.race(async () => {
      this.#attempt++;
      // Without its object: a platform's fetch wants to be called as a function.
      const fetch = this.#settings.fetch ?? globalThis.fetch;
      // Redirects are not followed. `error` would say so better, and throws for every URL on Workers.
      const response = await fetch(url, { method, headers, body, signal, redirect: 'manual' });
      return { status: response.status, headers: response.headers, text: await response.text() };
    });
  }

  #refusal(received: Received): Received | Failure {
    const { status, headers } = received;
    if (status === this.#operation.doneStatus && this.#mayBeDone) return { ...received, text: '' };
    // A proxy or a page for debugging may send back what it was sent.
    const text = received.text.replaceAll(this.#settings.secretKey, '[secret key]');
    return {
      error: refusalFor({ ...received, text }, this.#call()),
      reach: status < 500 && status !== 408 ? 'turned_away' : 'unknown',
      isPassing: isPassing(status),
      askedMs: retryAfterMs(headers),
    };
  }

  #answer(received: Received): Answer<T> {
    const { status, headers } = received;
    const data = readData(this.#operation, received, this.#call()) as T;
    return { data, status, headers, ...this.#call() };
  }

  /** Undefined where the request must not be sent again, or could not be in time. */
  #waitAfter({ reach, isPassing, askedMs }: Failure): number | undefined {
    this.#mayBeDone ||= reach === 'unknown';
    this.#mayHaveArrived ||= reach !== 'never_arrived';
    const isSafe = this.#operation.isRepeatable || !this.#mayHaveArrived;
    if (!isPassing || !isSafe || this.#attempt > this.#request.maxRetries) return undefined;
    const waitMs = waitAfter(this.#attempt, askedMs);
    return waitMs < this.#deadline.remainingMs ? waitMs : undefined;
  }

  #silence(cause: unknown, mayHaveArrived: boolean): ToriiConnectionError {
    const call = this.#call();
    const isInDoubt = mayHaveArrived && !this.#operation.isRepeatable;
    const doubt = isInDoubt ? ' It may have been carried out all the same, so it was not sent again.' : '';
    if (cause instanceof CallEnded) {
      const isTimeout = cause.reason === 'timeout';
      const how = isTimeout ? `had no answer within ${this.#request.timeoutMs} ms` : 'was stopped by its signal';
      const options = isTimeout ? {} : { cause: this.#signal?.reason };
      return new ToriiConnectionError(cause.reason, `${describe(call)} ${how}.${doubt}`, call, options);
    }
    const code = codesOf(cause).findLast((text) => /^\w+$/.test(text));
    const how = `had no answer: the connection failed${code === undefined ? '' : ` (${code})`}`;
    return new ToriiConnectionError('network', `${describe(call)} ${how}.${doubt}`, call, {
      cause: safeCause(cause, this.#settings.secretKey),
    });
  }

  #call(): ApiCall {
    const { method, path } = this.#request;
    return { method, path, attempts: this.#attempt };
  }

  #emit(event: EventDetail): void {
    const { method, path } = this.#request;
    this.#settings.emit({ ...event, method, path, attempt: this.#attempt });
  }
}

type EventDetail =
  | { type: 'answered'; status: number; durationMs: number }
  | { type: 'failed'; reason: ToriiConnectionError['reason']; durationMs: number }
  | { type: 'retrying'; delayMs: number };
