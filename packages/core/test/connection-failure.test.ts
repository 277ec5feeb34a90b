import { readConnectionFailure } from '@torii/core/internal';
import { expect, test } from 'vitest';
import { readConnectionFailure as readInWorkers } from '../src/network/connection-failure.workerd.ts';

interface Fields {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

function failure(message: string, fields: Fields = {}): Error {
  return Object.assign(new Error(message), fields);
}

/** An error of Node: it names the step that failed. */
function system(syscall: string, code: string): Error {
  return failure(`${syscall} ${code} 192.0.2.1:443`, { code, syscall });
}

function fetchFailed(cause: unknown): Error {
  return new TypeError('fetch failed', { cause });
}

function joined(...errors: readonly unknown[]): Error {
  return Object.assign(new AggregateError(errors, ''), { code: Reflect.get(Object(errors[0]), 'code') });
}

const refused = system('connect', 'ECONNREFUSED');
const reset = system('read', 'ECONNRESET');
const denoUrl = 'error sending request for url (https://api.example.com/api/server/v1/users)';

const neverSent: readonly [string, unknown][] = [
  ...[
    'ECONNREFUSED',
    'ENETUNREACH',
    'EHOSTUNREACH',
    'ETIMEDOUT',
    'EADDRNOTAVAIL',
    'EACCES',
    'EPERM',
    'EMFILE',
    'ENEW',
  ].map((code): [string, unknown] => [`connect ${code}`, system('connect', code)]),
  ['getaddrinfo ENOTFOUND', system('getaddrinfo', 'ENOTFOUND')],
  ['getaddrinfo EAI_AGAIN', system('getaddrinfo', 'EAI_AGAIN')],
  ['queryA ECONNREFUSED', system('queryA', 'ECONNREFUSED')],
  ['queryAaaa ETIMEOUT', system('queryAaaa', 'ETIMEOUT')],
  ['bind EADDRNOTAVAIL', system('bind', 'EADDRNOTAVAIL')],
  ['a code alone: ECONNREFUSED', failure('x', { code: 'ECONNREFUSED' })],
  ['a code alone: EAI_FAIL', failure('x', { code: 'EAI_FAIL' })],
  ['a code alone: UND_ERR_CONNECT_TIMEOUT', failure('x', { code: 'UND_ERR_CONNECT_TIMEOUT' })],
  ['a code alone: ERR_PROXY_TUNNEL', failure('x', { code: 'ERR_PROXY_TUNNEL' })],
  ['Bun: no route', failure('ENETUNREACH: Was there a typo in the url or port?', { code: 'ENETUNREACH' })],
  ['a code alone, of Bun', failure('x', { code: 'ConnectionRefused' })],
  ['a message that names the step', failure('connect ENETUNREACH 192.0.2.1:443', { code: 'ENETUNREACH' })],
  [
    'an error of node-fetch 2',
    failure('request to https://x/?y failed, reason: connect ENETUNREACH 192.0.2.1:443', { code: 'ENETUNREACH' }),
  ],
  [
    'an error of node-fetch 3',
    Object.assign(failure('request to https://x/ failed', { code: 'ETIMEDOUT' }), { erroredSysCall: 'connect' }),
  ],
  ['an AggregateError of two', joined(refused, system('connect', 'ENETUNREACH'))],
  ['an AggregateError of eight', joined(...Array.from({ length: 8 }, () => system('connect', 'ETIMEDOUT')))],
  ['an AggregateError whose cause is its first error', Object.assign(joined(refused, refused), { cause: refused })],
  ['an AggregateError inside of one', joined(refused, joined(system('connect', 'EHOSTUNREACH'), refused))],
  [
    'an AggregateError of wrapped errors',
    joined(fetchFailed(refused), fetchFailed(system('getaddrinfo', 'ENOTFOUND'))),
  ],
  ['five causes', fetchFailed(fetchFailed(fetchFailed(fetchFailed(fetchFailed(refused)))))],
  ['an error with the same code as its cause', failure('x', { code: 'ECONNREFUSED', cause: refused })],
  ['an error that is its own cause', cyclic(system('connect', 'ENETUNREACH'))],
  ['a plain object, as of another realm', { message: 'connect ENETUNREACH', code: 'ENETUNREACH', syscall: 'connect' }],
  [
    'a server that closes during the TLS handshake',
    failure('Client network socket disconnected before secure TLS connection was established', { code: 'ECONNRESET' }),
  ],
  [
    'a proxy that answers 502',
    failure('Proxy response (502) !== 200 when HTTP Tunneling', { code: 'UND_ERR_ABORTED' }),
  ],
  [
    'Deno: refused',
    fetchFailed(failure(`${denoUrl}: client error (Connect): tcp connect error: Connection refused (os error 111)`)),
  ],
  [
    'Deno: unknown host',
    failure(`${denoUrl}: client error (Connect): dns error: failed to lookup address information`),
  ],
];

test.each(neverSent)('31: is certain that the request was never sent: %s', (_name, error) => {
  expect(readConnectionFailure(error)).toEqual({ mayHaveArrived: false, remedy: undefined });
  expect(readConnectionFailure(fetchFailed(error))).toEqual({ mayHaveArrived: false, remedy: undefined });
});

const inDoubt: readonly [string, unknown][] = [
  ['read ECONNRESET', reset],
  ['read ETIMEDOUT', system('read', 'ETIMEDOUT')],
  ['read EHOSTUNREACH', system('read', 'EHOSTUNREACH')],
  ['write EPIPE', system('write', 'EPIPE')],
  ['connect ECONNRESET', system('connect', 'ECONNRESET')],
  [
    'an error of node-fetch 3 for a read',
    Object.assign(failure('request to https://x/ failed', { code: 'ETIMEDOUT' }), { erroredSysCall: 'read' }),
  ],
  ['ETIMEDOUT without a step', failure('timed out', { code: 'ETIMEDOUT' })],
  ['ENETUNREACH without a step', failure('unreachable', { code: 'ENETUNREACH' })],
  ['a message that names another code', failure('connect ETIMEDOUT 192.0.2.1:443', { code: 'ECONNRESET' })],
  ['a message that only mentions a step', failure('reset after connect ETIMEDOUT', { code: 'ETIMEDOUT' })],
  ['Bun: closed', failure('ECONNRESET: The socket connection was closed unexpectedly.', { code: 'ECONNRESET' })],
  ['ECONNRESET', failure('socket hang up', { code: 'ECONNRESET' })],
  ['UND_ERR_SOCKET', failure('other side closed', { code: 'UND_ERR_SOCKET' })],
  ['UND_ERR_HEADERS_TIMEOUT', failure('x', { code: 'UND_ERR_HEADERS_TIMEOUT' })],
  ['UND_ERR_BODY_TIMEOUT', failure('x', { code: 'UND_ERR_BODY_TIMEOUT' })],
  ['UND_ERR_ABORTED', failure('Request aborted', { code: 'UND_ERR_ABORTED' })],
  ['a parser error', failure('Response does not match', { code: 'HPE_INVALID_CONSTANT' })],
  ['an unknown code', failure('x', { code: 'E_NEW' })],
  ['no code', failure('x')],
  ['a number as code', failure('This operation was aborted', { code: 20 })],
  ['an AggregateError of none', new AggregateError([], 'x')],
  ['an AggregateError with a reset', joined(refused, reset)],
  ['an AggregateError whose fifth error is a reset', joined(refused, refused, refused, refused, reset)],
  [
    'an AggregateError whose hundredth error is a reset',
    joined(...Array.from({ length: 99 }, () => system('connect', 'ETIMEDOUT')), reset),
  ],
  ['an AggregateError with an unknown error', joined(refused, new Error('x'))],
  ['an AggregateError with a text', joined(refused, 'connect ECONNREFUSED')],
  ['an AggregateError with a nested reset', joined(refused, fetchFailed(joined(refused, reset)))],
  ['an AggregateError that a reset caused', Object.assign(joined(refused), { cause: reset })],
  ['an AggregateError that names a late step', Object.assign(joined(refused), { syscall: 'read' })],
  ['a reset that a refused connection followed', failure('x', { code: 'ECONNRESET', cause: refused })],
  ['a refused connection that a reset followed', failure('x', { code: 'ECONNREFUSED', cause: reset })],
  ['an AggregateError that contains itself', containsItself()],
  ['an error that is its own cause', cyclic(new Error('x'))],
  ['a thousand causes', Array.from({ length: 1_000 }).reduce(fetchFailed, reset)],
  ['an abort', new DOMException('This operation was aborted', 'AbortError')],
  ['undefined', undefined],
  ['null', null],
  ['a text', 'connect ECONNREFUSED'],
  ['a getter that throws', Object.defineProperty(new Error('x'), 'code', { get: () => fail() })],
  ['a proxy that throws', new Proxy({}, { get: () => fail() })],
  [
    'Deno: closed after sending',
    fetchFailed(
      failure(
        'error sending request from 127.0.0.1:1 for http://x/ (127.0.0.1:2): client error (SendRequest): connection closed before message completed',
      ),
    ),
  ],
  ['Deno: a message that only mentions the step', failure('x: client error (Connect): tcp connect error')],
];

test.each(inDoubt)('31: the request may have arrived: %s', (_name, error) => {
  expect(readConnectionFailure(error)).toEqual({ mayHaveArrived: true, remedy: undefined });
  expect(readConnectionFailure(fetchFailed(error)).mayHaveArrived).toBe(true);
});

test.each([
  ['CERT_HAS_EXPIRED', 'clock'],
  ['CERT_NOT_YET_VALID', 'clock'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['CERT_UNTRUSTED', 'NODE_EXTRA_CA_CERTS'],
  ['INVALID_CA', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'host'],
  ['HOSTNAME_MISMATCH', 'host'],
])('a certificate that is refused with %s is permanent, and the request was never sent', (code, advice) => {
  for (const error of [failure('x', { code }), fetchFailed(failure('x', { code })), joined(failure('x', { code }))]) {
    const { mayHaveArrived, remedy } = readConnectionFailure(error);
    expect(mayHaveArrived).toBe(false);
    expect(remedy).toContain(advice);
    expect(remedy).not.toContain('NODE_TLS_REJECT_UNAUTHORIZED');
  }
});

test.each([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'ERR_SSL_UNSUPPORTED_PROTOCOL',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'EPROTO',
])('a failure of TLS is permanent, but the request may have arrived: %s', (code) => {
  expect(readConnectionFailure(fetchFailed(failure('x', { code })))).toEqual({
    mayHaveArrived: true,
    remedy: expect.any(String),
  });
  expect(readConnectionFailure(failure('write EPROTO', { code: 'EPROTO', syscall: 'write' })).remedy).toEqual(
    expect.any(String),
  );
});

test.each([
  'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC',
  'ERR_SSL_UNEXPECTED_EOF_WHILE_READING',
  'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
])('a failure of TLS that may pass is not permanent: %s', (code) => {
  expect(readConnectionFailure(failure('x', { code }))).toEqual({ mayHaveArrived: true, remedy: undefined });
});

test.each(['bad port', 'unknown scheme'])('a URL that cannot be requested is permanent: %s', (message) => {
  expect(readConnectionFailure(fetchFailed(failure(message)))).toEqual({
    mayHaveArrived: false,
    remedy: expect.any(String),
  });
});

test.each([403, 407])('a proxy that answers %i is permanent', (status) => {
  const error = failure(`Proxy response (${status}) !== 200 when HTTP Tunneling`, { code: 'UND_ERR_ABORTED' });
  expect(readConnectionFailure(error)).toEqual({
    mayHaveArrived: false,
    remedy: expect.stringContaining('HTTPS_PROXY'),
  });
});

test('a failure is permanent only if all of its errors are', () => {
  const untrusted = failure('x', { code: 'CERT_HAS_EXPIRED' });
  expect(readConnectionFailure(joined(untrusted, refused))).toEqual({ mayHaveArrived: false, remedy: undefined });
  expect(readConnectionFailure(joined(untrusted, reset))).toEqual({ mayHaveArrived: true, remedy: undefined });
  expect(readConnectionFailure(joined(untrusted, untrusted)).remedy).toEqual(expect.any(String));
});

test('Deno: an untrusted certificate is permanent', () => {
  const because = (problem: string): string | undefined =>
    readConnectionFailure(fetchFailed(failure(`${denoUrl}: client error (Connect): ${problem}`))).remedy;
  expect(because('invalid peer certificate: UnknownIssuer')).toContain('NODE_EXTRA_CA_CERTS');
  expect(because('invalid peer certificate: Expired')).toContain('clock');
  expect(because('received corrupt message of type InvalidContentType')).toContain('TLS');
});

function cyclic(error: Error): Error {
  error.cause = new TypeError('fetch failed', { cause: error });
  return error;
}

function containsItself(): Error {
  const error = new AggregateError([refused], 'x');
  error.errors.push(error);
  return error;
}

function fail(): never {
  throw new Error('y');
}

test('[31] in Cloudflare Workers, whose errors name no step, a request may always have arrived', () => {
  for (const error of [new Error('Network connection lost.'), failure('x', { code: 'ECONNREFUSED' }), undefined])
    expect(readInWorkers(error)).toEqual({ mayHaveArrived: true, remedy: undefined });
});
