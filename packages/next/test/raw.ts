import { request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** Sent unchanged. A name may occur twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/**
 * Sends exactly these headers. `fetch` would add headers and normalize the path. Follows no redirect, except one of Next 16
 * for requests of its router: to the same path, with a hash of their headers.
 */
export async function send(origin: string, path: string, request: RawRequest = {}): Promise<RawAnswer> {
  const answer = await sendOnce(origin, path, request);
  const location = answer.headers.get('location') ?? '';
  return /[?&]_rsc(?:[=&]|$)/.test(location) && URL.canParse(location, origin)
    ? sendOnce(origin, location.replace(origin, ''), request)
    : answer;
}

function sendOnce(
  origin: string,
  path: string,
  { method = 'GET', headers = [], body }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port, host } = new URL(origin);
  const list = [
    ...(headers.some(([name]) => name.toLowerCase() === 'host') ? [] : [['Host', host]]),
    ...headers,
  ].flat();
  if (body !== undefined) list.push('Content-Length', String(Buffer.byteLength(body)));
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers: list }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const received = new Headers();
        for (const [name, values] of Object.entries(response.headersDistinct)) {
          for (const value of values ?? []) received.append(name, value);
        }
        resolve({ status: response.statusCode ?? 0, headers: received, body: text });
      });
      response.on('error', reject);
    });
    sent.on('error', reject).end(body);
  });
}

export const html = ['Accept', 'text/html,application/xhtml+xml'] as const;

export function bearer(token: string): readonly [string, string] {
  return ['Authorization', `Bearer ${token}`];
}

/** The token cookie as browsers send it in production. */
export function cookie(token: string): readonly [string, string] {
  return ['Cookie', `__Host-torii_token=${token}`];
}
