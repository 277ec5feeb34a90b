import { type ApiEvent, createToriiClient, type ToriiClient, type ToriiClientOptions } from '../src/index.ts';

/** A request as it reached the network. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
  readonly at: number;
}

/** What the network does with a request: an answer, a failure, or whatever a function gives for it. */
export type Step = Response | Error | ((signal: AbortSignal) => Promise<Response>);

export interface ScriptedApi {
  readonly torii: ToriiClient;
  readonly sent: readonly SentRequest[];
  readonly events: readonly ApiEvent[];
}

export const secretKey = 'sk_test_51c2a0f7d9';

/** A client over a network in memory, which takes one step for each request: the network itself is what is tested. */
export function scriptApi(steps: readonly Step[], options: Partial<ToriiClientOptions> = {}): ScriptedApi {
  const sent: SentRequest[] = [];
  const events: ApiEvent[] = [];
  const torii = createToriiClient({
    secretKey,
    onEvent: (event) => void events.push(event),
    ...options,
    fetch: async (input, init) => {
      const step = steps[sent.length];
      const { method = '', headers, body, signal } = init ?? {};
      const text = typeof body === 'string' ? body : undefined;
      sent.push({
        method,
        url: new URL(String(input)),
        headers: new Headers(headers),
        body: text === undefined ? undefined : JSON.parse(text),
        at: Date.now(),
      });
      if (!(signal instanceof AbortSignal)) throw new Error('A request has a time limit.');
      if (step === undefined) throw new Error('There is no step for this request.');
      if (step instanceof Error) throw step;
      return typeof step === 'function' ? step(signal) : step;
    },
  });
  return { torii, sent, events };
}

/** A user as the API shows one. */
export function userBody(id = 'ada'): Readonly<Record<string, unknown>> {
  const at = '2026-05-16T09:30:00Z';
  return { id, environmentId: 'e1', status: 'active', createdAt: at, updatedAt: at };
}

export function ok(body: unknown = userBody()): Response {
  return Response.json(body);
}

export function page(ids: readonly string[], nextCursor: string | null): Response {
  return ok({ items: ids.map((id) => userBody(id)), nextCursor, hasMore: nextCursor !== null });
}

export function refusal(status: number, code = 'refused', headers: Readonly<Record<string, string>> = {}): Response {
  const body = { type: 'about:blank', title: 'Refused', status, properties: { code, supportId: 's-1' } };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
}

/** What Node's fetch throws when a connection fails. */
export function networkError(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`connect ${code}`), { code }) });
}

/** A server that takes the request and never answers. */
export function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** How a call ended, whatever way it did. */
export async function failureOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    () => 'It succeeded.',
    (error: unknown) => error,
  );
}
