import { secretKey } from './secret-key.ts';

/** An error of `fetch` without a response. */
export interface Failure {
  readonly name: string;
  /** Whether the request was certainly not sent. */
  readonly isUnsent: boolean;
  /** Whether every further attempt would fail too, such as with an untrusted certificate. */
  readonly isPermanent: boolean;
  create(): Error;
}

const known: WeakMap<object, Failure> = new WeakMap();

/** An error that {@link failureOf} recognizes. */
export function failureError(number: number): Error {
  const failure = failures[number];
  if (failure === undefined) throw new Error(`There is no failure ${number}.`);
  const error = failure.create();
  known.set(error, failure);
  return error;
}

/** What is known about an error of the simulated `fetch`. */
export function failureOf(error: unknown): Pick<Failure, 'isUnsent' | 'isPermanent'> {
  const { cause } = Object(error) as { cause?: { code?: unknown } };
  return known.get(Object(error)) ?? { isUnsent: cause?.code === 'ECONNREFUSED', isPermanent: false };
}

function failed(cause: unknown): Error {
  return new TypeError('fetch failed', { cause });
}

function coded(code: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}

/** As Node, Bun and Deno report them. What each means is in docs/decisions/safe-repetitions.md. */
export const failures: readonly Failure[] = [
  unsent('unknown host', () => failed(coded('ENOTFOUND', 'getaddrinfo ENOTFOUND api', { syscall: 'getaddrinfo' }))),
  unsent('lookup failed', () => failed(coded('EAI_AGAIN', 'getaddrinfo EAI_AGAIN api'))),
  unsent('connect timeout', () => failed(coded('UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error'))),
  unsent('no route', () => failed(coded('EHOSTUNREACH', 'connect EHOSTUNREACH 10.0.0.1:443'))),
  unsent('connect timed out', () =>
    failed(coded('ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443', { syscall: 'connect' })),
  ),
  unsent('refused twice', () => {
    const errors = ['::1', '127.0.0.1'].map((host) => coded('ECONNREFUSED', `connect ECONNREFUSED ${host}:443`));
    return failed(Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }));
  }),
  unsent('closed in the handshake', () =>
    failed(coded('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established')),
  ),
  unsent('a proxy is down', () => failed(coded('UND_ERR_ABORTED', 'Proxy response (502) !== 200 when HTTP Tunneling'))),
  doubtful('reset while connecting', () => failed(coded('ECONNRESET', 'connect ECONNRESET', { syscall: 'connect' }))),
  doubtful('one refused, one reset', () => {
    const errors = [coded('ECONNREFUSED', 'connect ECONNREFUSED ::1:443'), coded('ECONNRESET', 'read ECONNRESET')];
    return failed(Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }));
  }),
  doubtful('timed out while reading', () => failed(coded('ETIMEDOUT', 'read ETIMEDOUT', { syscall: 'read' }))),
  doubtful('closed by the other side', () => failed(coded('UND_ERR_SOCKET', 'other side closed'))),
  doubtful('no headers in time', () => failed(coded('UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error'))),
  doubtful('broken pipe', () => failed(coded('EPIPE', 'write EPIPE', { syscall: 'write' }))),
  doubtful('no reason', () => new TypeError('fetch failed')),
  // HTTP clients attach the request to their errors, or quote it.
  doubtful('an error that quotes the request', () => {
    const authorization = `Bearer ${secretKey}`;
    const headers = { authorization };
    return Object.assign(new Error(`boom: ${authorization}`), { config: { headers } });
  }),
  permanent('certificate expired', true, () => failed(coded('CERT_HAS_EXPIRED', 'certificate has expired'))),
  permanent('certificate of a stranger', true, () =>
    failed(coded('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate')),
  ),
  permanent('a proxy refuses', true, () =>
    failed(coded('UND_ERR_ABORTED', 'Proxy response (403) !== 200 when HTTP Tunneling')),
  ),
];

function unsent(name: string, create: () => Error): Failure {
  return { name, isUnsent: true, isPermanent: false, create };
}

function doubtful(name: string, create: () => Error): Failure {
  return { name, isUnsent: false, isPermanent: false, create };
}

function permanent(name: string, isUnsent: boolean, create: () => Error): Failure {
  return { name, isUnsent, isPermanent: true, create };
}
