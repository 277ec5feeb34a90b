import { describe, expect, test } from 'vitest';
import {
  denialFor,
  ToriiApiError,
  ToriiAuthError,
  ToriiConfigError,
  ToriiConnectionError,
  ToriiForbiddenError,
  ToriiRequestError,
  ToriiUnavailableError,
} from '../src/index.ts';
import { ToriiWebhookError } from '../src/webhooks/index.ts';

const cause = new Error('connect ECONNREFUSED 10.0.0.7:6379');
const refusals = {
  'a missing token': () => new ToriiAuthError('token_missing', 'No token was sent.'),
  'an expired token': () => new ToriiAuthError('token_expired', 'The token has expired.'),
  'a check that refused': () => new ToriiForbiddenError('Not yours.'),
  'an ambiguous request': () => new ToriiRequestError('The path can be read in two ways.'),
  'an outage': () => new ToriiUnavailableError('keys_unavailable', 'Later.', { cause, retryAfterSeconds: 7 }),
};

const call = { method: 'GET', path: '/api/server/v1/users/ada', attempts: 1 };
const troubles = {
  'a wrong option': () => new ToriiConfigError('issuer', '`issuer` is undefined.'),
  'an API error': () => new ToriiApiError('No.', { ...call, status: 404, code: 'user_not_found' }),
  'an API that is down': () => new ToriiConnectionError('network', 'No.', call),
};

/** The fields that Express, Koa and Fastify read from an uncaught error. */
const fields = ['status', 'statusCode', 'expose', 'headers'] as const;

describe.each(Object.entries(refusals))('[37] %s', (_name, create) => {
  test('has the status and the headers of its denial as fields', () => {
    const error = create();
    const denial = denialFor(error);
    expect(denial?.status).toBeGreaterThanOrEqual(400);
    expect(error.status).toBe(denial?.status);
    expect(error.statusCode).toBe(denial?.status);
    expect(error.headers).toEqual(denial?.headers);
  });

  test('allows its message to be sent only if the caller is at fault', () => {
    const error = create();
    expect(error.expose).toBe(error.status < 500);
  });

  test('gives Hono its denial as a Response', async () => {
    const error = create();
    const response = error.getResponse();
    expect(response.status).toBe(denialFor(error)?.status);
    for (const [name, value] of Object.entries(denialFor(error)?.headers ?? {})) {
      expect(response.headers.get(name)).toBe(value);
    }
    expect(await response.json()).toEqual(denialFor(error)?.body);
  });

  test('has one line as its stack, without a path of the server', () => {
    const error = create();
    expect(error.stack).toBe(`${error.name}: ${error.message}`);
  });

  test('does not show the fields to loggers', () => {
    const error = create();
    const before = JSON.stringify(error);
    for (const read of [() => {}, () => fields.map((name) => error[name]), () => assign(error, 'status', 401)]) {
      read();
      const seen: string[] = [];
      for (const name in error) seen.push(name);
      expect(seen).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(status|statusCode|expose|headers)$/)]));
      expect(Object.keys({ ...error })).toEqual(seen);
      expect(JSON.stringify(error)).toBe(before);
    }
  });

  test.each(fields)('keeps an assigned %s, as Koa and middleware assign it', (name) => {
    const error = create();
    const value = name === 'headers' ? { vary: 'Origin' } : name === 'expose' ? false : 418;
    assign(error, name, value);
    expect(error[name]).toBe(value);
    expect(Object.keys(error)).not.toContain(name);
  });

  test.each(fields)('does not throw if it is frozen and %s is assigned', (name) => {
    const error = Object.freeze(create());
    const before = error[name];
    assign(error, name, 418);
    expect(error[name]).toEqual(before);
  });

  test('gives each error its own headers, which middleware may change', () => {
    const error = create();
    const another = create();
    Reflect.deleteProperty(error.headers, 'Vary');
    assign(error.headers, 'X-Request-Id', '7');
    expect(error.headers).toMatchObject({ 'X-Request-Id': '7' });
    expect(error.headers).not.toHaveProperty('Vary');
    expect(another.headers).toEqual(denialFor(another)?.headers);
    expect(denialFor(error)?.headers).toHaveProperty('Vary');
  });

  test('its denial does not depend on assigned fields', () => {
    const error = create();
    const denial = denialFor(error);
    for (const name of fields) assign(error, name, 200);
    expect(denialFor(error)).toEqual(denial);
  });
});

test('[37] an error of a subclass is the same refusal', () => {
  class Expired extends ToriiAuthError {}
  const error = new Expired('token_expired', 'The token has expired.');
  expect(error.status).toBe(401);
  expect(error.headers).toHaveProperty('WWW-Authenticate');
  expect(error.stack).toBe('ToriiAuthError: The token has expired.');
});

test('a refusal leaves the stack traces of other errors as they are', () => {
  const limit = Reflect.get(Error, 'stackTraceLimit');
  for (const create of Object.values(refusals)) create();
  expect(Reflect.get(Error, 'stackTraceLimit')).toBe(limit);
  const message: unknown = Symbol('not a text');
  expect(() => new ToriiForbiddenError(message as string)).toThrow(TypeError);
  expect(Reflect.get(Error, 'stackTraceLimit')).toBe(limit);
  expect(new Error('x').stack).toContain('\n');
});

test('a refusal can be created if the limit of stack traces cannot be set', () => {
  const limit = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit') ?? { value: 10, writable: true };
  Object.defineProperty(Error, 'stackTraceLimit', { value: 3, writable: false, configurable: true });
  try {
    for (const create of Object.values(refusals)) expect(create().stack).not.toContain('\n');
  } finally {
    Object.defineProperty(Error, 'stackTraceLimit', { ...limit, configurable: true });
  }
});

test.each([undefined, null, 7, { text: 'no' }])(
  '[37] a refusal whose message an app replaced with %s is an ordinary error, and can be read',
  (message) => {
    const error = Object.assign(new ToriiForbiddenError('no'), { message: message as unknown as string });
    expect(denialFor(error)).toBeUndefined();
    for (const name of fields) expect(error[name]).toBeUndefined();
  },
);

test('[37] reading the fields of a prototype gives undefined and defines nothing', () => {
  const { prototype } = ToriiAuthError;
  for (const name of fields) expect(prototype[name]).toBeUndefined();
  expect(Object.hasOwn(prototype, 'status')).toBe(false);
  expect(new ToriiAuthError('token_missing', 'x').status).toBe(401);
});

describe.each(Object.entries(troubles))('[37] %s', (_name, create) => {
  test('has no field that makes a framework blame the caller or send headers', () => {
    const error = create();
    expect(error).not.toHaveProperty('headers');
    expect(error).not.toHaveProperty('getResponse');
    expect(error).not.toHaveProperty('statusCode');
    expect(Reflect.get(error, 'expose') ?? false).toBe(false);
    expect(Object.keys(error)).not.toContain('expose');
  });

  test('keeps its stack', () => {
    expect(create().stack).toContain('\n');
  });
});

test('[37] wrong options and an API that is down have no status', () => {
  expect(troubles['a wrong option']()).not.toHaveProperty('status');
  expect(troubles['an API that is down']()).not.toHaveProperty('status');
});

test('[37] a frozen API error can be asked for its status', () => {
  const error = Object.freeze(troubles['an API error']());
  expect(error).toMatchObject({ status: 404, expose: false });
});

test.each([
  ['header_missing', 400, undefined],
  ['header_malformed', 400, undefined],
  ['timestamp_too_old', 400, undefined],
  ['timestamp_too_new', 400, undefined],
  ['signature_invalid', 400, undefined],
  ['payload_incomplete', 400, undefined],
  ['payload_malformed', 400, undefined],
  ['id_mismatch', 400, undefined],
  ['payload_too_large', 413, undefined],
  ['in_progress', 503, '10'],
  ['store_unavailable', 503, '5'],
  ['revocations_unavailable', 503, '5'],
  ['handler_failed', 500, undefined],
] as const)('[37] an uncaught webhook error %s is %i', async (reason, status, retryAfter) => {
  const error = new ToriiWebhookError(reason, 'Not handled.', { cause });
  expect(error).toMatchObject({ status, statusCode: status, expose: status < 500 });
  expect(error.headers['Retry-After']).toBe(retryAfter);
  expect(error.stack).toBe('ToriiWebhookError: Not handled.');
  expect(denialFor(error)).toBeUndefined();
  const response = error.getResponse();
  expect(response.status).toBe(status);
  expect(await response.json()).toEqual({ error: { code: 'webhook_refused', reason, message: 'Not handled.' } });
});

/** Assigns as a framework does: without types, and in strict mode. */
function assign(target: object, name: string, value: unknown): void {
  (target as Record<string, unknown>)[name] = value;
}
