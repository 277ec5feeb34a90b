import { supportId } from './api-server.ts';
import type { CallWatch } from './call-watch.ts';
import { serverText } from './directory.ts';
import { type Outcome, parsed } from './outcomes.ts';
import { earlyMs, latestMs } from './waiting.ts';

/** The fields of the errors that the README promises. */
interface Failed {
  readonly name?: string;
  readonly message?: string;
  readonly status?: number;
  readonly code?: string;
  readonly reason?: string;
  readonly option?: string;
  readonly mayHaveArrived?: boolean;
  readonly cause?: unknown;
  readonly attempts?: number;
  readonly method?: string;
  readonly path?: string;
  readonly retryAfterSeconds?: number | null;
  readonly detail?: string | null;
  readonly supportId?: string | null;
  readonly body?: unknown;
  readonly answer?: unknown;
  readonly announce?: unknown;
}

/** Checks that a call had to succeed now, and with this data. */
export function checkSuccess(watch: CallWatch, data: unknown): void {
  if (watch.verdict?.kind !== 'done') {
    watch.violate(31, 'It succeeds without a successful response.');
    return;
  }
  if (watch.rules.announces !== 'never') watch.announcements.checkSuccess();
  else if (watch.world.nowMs !== watch.last?.endedAtMs) watch.violate(31, 'It succeeds later than its response.');
  if (JSON.stringify(data) !== JSON.stringify(watch.data)) watch.violate(31, 'Its data is not what the API sent.');
}

/** Checks that a call had to fail now, and with this error. */
export function checkFailure(
  watch: CallWatch,
  thrown: unknown,
  signal: AbortSignal | undefined,
  isForeign = false,
): void {
  const error = Object(thrown) as Failed;
  const { attempts } = watch;
  if (error.name === 'ToriiConfigError') {
    checkConfigError(watch, error);
    return;
  }
  if (error.name === 'ToriiRevocationError') {
    if (watch.rules.announces === 'never') watch.violate(44, 'It has nothing to announce, and could not announce it.');
    watch.announcements.checkError(error, isForeign);
    return;
  }
  if (error.attempts !== attempts.length)
    watch.violate(31, `Its error names ${error.attempts} requests, but it has sent ${attempts.length}.`);
  if (error.name === 'ToriiApiError') {
    checkApiError(watch, error);
    return;
  }
  if (error.name !== 'ToriiConnectionError') {
    watch.violate(37, `It fails with an unexpected ${error.name}.`);
    return;
  }
  if (error.status !== undefined) watch.violate(37, 'An error without a response has a status.');
  if (error.mayHaveArrived !== watch.mayHaveArrived)
    watch.violate(31, `Its error says mayHaveArrived: ${error.mayHaveArrived}, which is wrong.`);
  if (error.reason === 'aborted') checkAbort(watch, error, signal);
  else if (error.reason === 'timeout') checkTimeout(watch);
  else checkFinal(watch, 'failure');
}

function checkConfigError(watch: CallWatch, error: Failed): void {
  if (error.option !== 'secretKey') {
    watch.violate(37, `It refuses the option ${error.option}.`);
    return;
  }
  if (error.status !== undefined) watch.violate(37, 'The error of a wrong secret key has a status.');
  if ((Object(error.cause) as Failed).status !== 401)
    watch.violate(37, 'The error of a wrong secret key has no cause.');
  checkFinal(watch, 'answer');
}

function checkApiError(watch: CallWatch, error: Failed): void {
  checkFinal(watch, 'answer');
  const outcome = watch.last?.outcome;
  if (outcome?.kind !== 'answer') return;
  const { status } = outcome;
  const expected = status < 400 ? 502 : status;
  if (status === 401) watch.violate(37, 'The 401 of a wrong secret key is passed on.');
  if (error.status !== expected) watch.violate(37, `Its error has the status ${error.status} instead of ${expected}.`);
  checkContents(watch, error, outcome);
  const asked = status < 400 ? null : (watch.last?.askedSeconds ?? null);
  if ((error.retryAfterSeconds ?? null) !== asked)
    watch.violate(31, `Its error says retryAfterSeconds: ${error.retryAfterSeconds} instead of ${asked}.`);
}

/** Checks the fields of the error that describe the response. */
function checkContents(
  watch: CallWatch,
  error: Failed,
  { status, text }: Extract<Outcome, { readonly kind: 'answer' }>,
): void {
  // A debug page that quotes the request is checked for secrets alone.
  if (text.includes('is too weak')) return;
  const received = parsed(text);
  const isProblem = status >= 400 && text.includes('problem_title') && received !== undefined;
  const own = status < 300 ? 'response_malformed' : status < 400 ? 'redirect_refused' : 'unknown';
  const [, sent = ''] = /"code":"(\w+)"/.exec(text) ?? [];
  const code = isProblem && sent !== 'redirect_refused' ? sent : own;
  if (error.code !== code) watch.violate(37, `Its error has the code ${error.code} instead of ${code}.`);
  if (error.detail !== (isProblem ? serverText : null)) watch.violate(37, `Its error has the detail ${error.detail}.`);
  if ((error.supportId ?? null) !== (text.includes(`"${supportId}"`) && isProblem ? supportId : null))
    watch.violate(37, 'Its error has another support id.');
  const body = received === undefined ? text || undefined : received;
  if (!watch.rules.isSecret && JSON.stringify(error.body) !== JSON.stringify(body))
    watch.violate(37, 'The body of its error is not the response.');
}

/** The call must have ended at once after its last response or failure. */
function checkFinal(watch: CallWatch, kind: 'answer' | 'failure'): void {
  const { last, verdict } = watch;
  if (last?.outcome?.kind !== kind) {
    watch.violate(31, `It fails although its last request did not end so.`);
    return;
  }
  const { nowMs } = watch.world;
  if (nowMs !== last.endedAtMs) watch.violate(31, `It fails ${nowMs - last.endedAtMs} ms after its last request.`);
  if (verdict?.kind === 'done') watch.violate(31, 'It fails although its last response was good.');
  if (verdict?.kind === 'retries' && verdict.isSure)
    watch.violate(31, 'It gives up, although a retry was due and safe.');
}

function checkAbort(watch: CallWatch, error: Failed, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) {
    watch.violate(31, 'It says that it was aborted, which it was not.');
    return;
  }
  if (error.cause !== signal.reason) watch.violate(31, 'Its error has not the reason of the signal.');
  if (watch.world.nowMs !== watch.abortedAtMs) watch.violate(31, 'It does not end at once when it is aborted.');
  checkStopped(watch);
}

function checkTimeout(watch: CallWatch): void {
  const { last, verdict, world, process } = watch;
  const isEarly = watch.leftMs > earlyMs;
  if (last === undefined) {
    watch.violate(31, 'It times out before its first request.');
    return;
  }
  if (last.outcome === undefined) {
    if (isEarly) watch.violate(31, 'It times out too early.');
    if (world.nowMs > watch.latestEndMs) watch.violate(31, 'It times out too late.');
  } else if (verdict?.kind !== 'retries') {
    watch.violate(31, 'It times out although its last request has ended it.');
  } else {
    // Allowed only if the process was frozen during the wait, or if the wait ended at the time limit.
    if (isEarly) watch.violate(31, 'It times out in a wait, too early.');
    if (world.nowMs > latestMs(process, last.endedAtMs, verdict.mostMs))
      watch.violate(31, 'It times out in a wait, too late.');
  }
  checkStopped(watch);
}

/** A request that is in flight when the call ends must be aborted, so that it does not keep its connection. */
function checkStopped(watch: CallWatch): void {
  const { last } = watch;
  if (last !== undefined && last.outcome === undefined && last.signal?.aborted !== true)
    watch.violate(31, 'It ends, but leaves its request running.');
}
