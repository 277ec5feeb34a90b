import { type ApiEvent, createToriiClient, type ToriiClient, type ToriiClientOptions } from '../src/index.ts';

/** A request that was passed to `fetch`. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
  readonly at: number;
}

/** What `fetch` does with a request: respond, fail, or call a function. */
export type Step = Response | Error | ((signal: AbortSignal) => Promise<Response>);

export interface ScriptedApi {
  readonly client: ToriiClient;
  readonly sent: readonly SentRequest[];
  readonly events: readonly ApiEvent[];
}

export const secretKey = 'sk_test_51c2a0f7d9';

/** A client with a scripted `fetch` that takes one step for each request. */
export function scriptApi(steps: readonly Step[], options: Partial<ToriiClientOptions> = {}): ScriptedApi {
  const sent: SentRequest[] = [];
  const events: ApiEvent[] = [];
  const client = createToriiClient({
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
      if (!(signal instanceof AbortSignal)) throw new Error('The request has no signal.');
      if (step === undefined) throw new Error('There is no step for this request.');
      if (step instanceof Error) throw step;
      return typeof step === 'function' ? step(signal) : step;
    },
  });
  return { client, sent, events };
}

/** A user as the API returns it. */
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

/** A server that accepts the request and never responds. */
export function hang(signal: AbortSignal): Promise<Response> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** The error of a failed call. */
export async function failureOf(call: PromiseLike<unknown>): Promise<unknown> {
  return call.then(
    () => 'It succeeded.',
    (error: unknown) => error,
  );
}
