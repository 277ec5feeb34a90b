import type { OutgoingHttpHeaders } from 'node:http';
import { isError } from '../errors.ts';
import type { Fault } from '../faults/faults.ts';
import { callAfter, sleep } from '../real-timers.ts';
import { redact } from '../redaction.ts';
import type { WebhookAttempt } from './delivery-log.ts';
import { post, type Reply } from './post.ts';
import { signatureHeaders } from './signature.ts';

export interface Attempt {
  readonly url: string;
  readonly secrets: readonly string[];
  readonly eventId: string;
  readonly body: string;
  readonly timestampSeconds: number;
  readonly timeoutMs: number;
  readonly fault: Fault | undefined;
  /** Aborts the attempt. Its outcome then looks like a failure of the receiver, and the caller must ignore it. */
  readonly signal: AbortSignal;
}

export interface Outcome extends Pick<WebhookAttempt, 'status' | 'failure' | 'answer' | 'durationMs'> {
  readonly retryAfter: string | undefined;
}

/** Sends an event once. Only a 2xx response counts as success: Standard Webhooks treats redirects as failures. */
export async function attempt({ timeoutMs, signal, fault, ...message }: Attempt): Promise<Outcome> {
  const start = performance.now();
  const headers = headersOf(message);
  const limit = new AbortController();
  let cancelLimit = () => {};
  try {
    // Wait before the timeout starts: a delay fault makes the event arrive late, but the attempt must not time out.
    if (fault?.kind === 'delay') await sleep(fault.delayMs, signal);
    cancelLimit = callAfter(timeoutMs, () => limit.abort());
    const { url, body } = message;
    const reply = await applyFault(fault, () =>
      post(url, { headers, body, signal: AbortSignal.any([signal, limit.signal]) }),
    );
    return { ...outcomeOf(reply), durationMs: performance.now() - start };
  } catch (error) {
    const failure = limit.signal.aborted ? 'timed_out' : 'unreachable';
    const answer = failure === 'unreachable' ? redact(reasonOf(error)) : null;
    return { status: null, failure, answer, retryAfter: undefined, durationMs: performance.now() - start };
  } finally {
    cancelLimit();
  }
}

function headersOf({
  eventId,
  timestampSeconds,
  body,
  secrets,
}: Pick<Attempt, 'eventId' | 'timestampSeconds' | 'body' | 'secrets'>): OutgoingHttpHeaders {
  return {
    'content-type': 'application/json',
    'user-agent': 'torii-emulator',
    ...signatureHeaders({ id: eventId, timestampSeconds, body }, secrets),
  };
}

async function applyFault(fault: Fault | undefined, send: () => Promise<Reply>): Promise<Reply> {
  if (fault?.kind === 'fail') {
    const retryAfter = new Headers(fault.headers).get('retry-after') ?? undefined;
    return { status: fault.status, retryAfter, text: 'This error was injected with fail().' };
  }
  if (fault?.kind !== 'cut') return send();
  if (fault.at !== 'request') await send();
  throw new Error('This failure was injected with cut().');
}

/** The message of an error with its code, such as ECONNREFUSED. An AggregateError has an empty message, but a code. */
function reasonOf(error: unknown): string {
  if (!isError(error)) return String(error);
  const code = String(Reflect.get(error, 'code') ?? '');
  return error.message.includes(code) ? error.message : `${error.message} ${code}`.trim();
}

function outcomeOf({ status, retryAfter, text }: Reply): Omit<Outcome, 'durationMs'> {
  if (status >= 200 && status < 300) return { status, failure: null, answer: null, retryAfter };
  const failure = status >= 300 && status < 400 ? 'redirected' : 'refused';
  return { status, failure, answer: text === '' ? null : redact(text), retryAfter };
}
