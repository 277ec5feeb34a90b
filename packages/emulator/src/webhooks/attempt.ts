import type { OutgoingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../faults/faults.ts';
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
  /** What it meets on its way. */
  readonly fault: Fault | undefined;
  /** Ends it; what it gives then means nothing. */
  readonly signal: AbortSignal;
}

export interface Outcome extends Pick<WebhookAttempt, 'status' | 'failure' | 'answer' | 'durationMs'> {
  /** The header of the answer. */
  readonly retryAfter: string | undefined;
}

/** Sends an event once. A 2xx is a success, and nothing else is: Standard Webhooks has redirects fail too. */
export async function attempt({ timeoutMs, signal, fault, ...message }: Attempt): Promise<Outcome> {
  const start = performance.now();
  const headers = headersOf(message);
  let limit: AbortSignal | undefined;
  try {
    // What is late is the network: the receiver has all of its time.
    if (fault?.kind === 'delay') await sleep(fault.delayMs, undefined, { ref: false, signal });
    limit = AbortSignal.timeout(timeoutMs);
    const { url, body } = message;
    const reply = await meet(fault, () =>
      post(url, { headers, body, signal: limit === undefined ? signal : AbortSignal.any([signal, limit]) }),
    );
    return { ...judge(reply), durationMs: performance.now() - start };
  } catch {
    const failure = limit?.aborted === true ? 'timed_out' : 'unreachable';
    return { status: null, failure, answer: null, retryAfter: undefined, durationMs: performance.now() - start };
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

/** A fault stands between us and the receiver: it answers instead, or cuts the connection on the way there or back. */
async function meet(fault: Fault | undefined, sendOn: () => Promise<Reply>): Promise<Reply> {
  if (fault?.kind === 'fail') {
    const retryAfter = new Headers(fault.headers).get('retry-after') ?? undefined;
    return { status: fault.status, retryAfter, text: 'The emulator was told to fail here.' };
  }
  if (fault?.kind !== 'cut') return sendOn();
  if (fault.at !== 'request') await sendOn();
  throw new Error('The emulator was told to cut here.');
}

function judge({ status, retryAfter, text }: Reply): Omit<Outcome, 'durationMs'> {
  if (status >= 200 && status < 300) return { status, failure: null, answer: null, retryAfter };
  const failure = status >= 300 && status < 400 ? 'redirected' : 'refused';
  return { status, failure, answer: text === '' ? null : redact(text), retryAfter };
}
