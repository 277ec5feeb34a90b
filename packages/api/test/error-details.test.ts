// What an API error tells developers about the request, and what it does not tell their callers.
import { expect, test } from 'vitest';
import { ToriiApiError, type ToriiClient, ToriiConfigError } from '../src/index.ts';
import { failureOf, scriptApi, userBody } from './scripted-api.ts';

const create = ({ users }: ToriiClient): PromiseLike<unknown> =>
  users.create({ email: 'ada@', password: 'correct horse' });

async function errorFor(body: unknown, call = create, status = 400): Promise<ToriiApiError> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { client } = scriptApi([new Response(text, { status })]);
  const error = await failureOf(call(client));
  if (!(error instanceof ToriiApiError)) throw new Error(`Not an API error: ${String(error)}`);
  return error;
}

const refusal = {
  title: 'Bad Request',
  status: 400,
  detail: 'email is not an email address.',
  properties: {
    code: 'invalid_request',
    supportId: 's-1',
    errors: [{ field: 'email', message: 'is not an email address' }],
  },
};

test('an API error names the fields that were wrong, and its message does not', async () => {
  const error = await errorFor(refusal);
  const fieldErrors = [{ field: 'email', message: 'is not an email address' }];
  expect(error).toMatchObject({ code: 'invalid_request', detail: refusal.detail, fieldErrors, supportId: 's-1' });
  // Loggers print the enumerable properties.
  expect({ ...error }).toMatchObject({ detail: refusal.detail, fieldErrors, supportId: 's-1', status: 400 });
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    name: 'ToriiApiError',
    status: 400,
    detail: refusal.detail,
    fieldErrors,
  });
  expect(`${error.message}${String(error)}`).not.toContain('email');
});

test.each<[string, object]>([
  ['RFC 9457', { errors: [{ detail: 'is taken', pointer: '#/email' }] }],
  ['RFC 7807', { 'invalid-params': [{ name: 'email', reason: 'is taken' }] }],
  ['Spring', { errors: [{ field: 'email', defaultMessage: 'is taken', rejectedValue: 'ada@' }] }],
  ['Jakarta', { violations: [{ field: 'email', message: 'is taken' }] }],
  ['ASP.NET', { errors: { email: ['is taken'] } }],
  ['an object of texts', { fieldErrors: { email: 'is taken' } }],
  ['a path of steps', { issues: [{ path: ['email'], message: 'is taken' }] }],
  ['in properties', { properties: { errors: [{ field: 'email', message: 'is taken' }] } }],
])('reads the errors of fields in the form of %s', async (_name, body) => {
  expect((await errorFor(body)).fieldErrors).toEqual([{ field: 'email', message: 'is taken' }]);
});

test('reads several errors of one field, nested fields, and errors without a field', async () => {
  const { fieldErrors } = await errorFor({
    errors: [
      { pointer: '#/address/city', detail: 'is missing' },
      { path: ['tags', 0], message: 'is long' },
      { message: 'Two fields contradict each other.' },
      'The request is empty.',
    ],
    violations: { email: ['is taken', { message: 'is odd' }], phone: {} },
  });
  expect(fieldErrors).toEqual([
    { field: 'address.city', message: 'is missing' },
    { field: 'tags.0', message: 'is long' },
    { field: null, message: 'Two fields contradict each other.' },
    { field: null, message: 'The request is empty.' },
    { field: 'email', message: 'is taken' },
    { field: 'email', message: 'is odd' },
    { field: 'phone', message: 'is not valid' },
  ]);
});

const deep = (depth: number): string => '{"errors":['.repeat(depth) + ']}'.repeat(depth);

test.each<[string, unknown]>([
  ['numbers', { detail: 7, code: 7, errors: 7, properties: 7, title: 7 }],
  ['null', { detail: null, code: null, supportId: null, errors: null, properties: null }],
  ['lists', { detail: ['x'], code: ['taken'], supportId: ['s'], errors: [[['x']]], properties: [{ code: 'x' }] }],
  ['objects', { detail: {}, code: { toString: 1 }, supportId: { toString: 1 }, errors: { a: null, b: 1, c: [] } }],
  ['errors of odd fields', { errors: [null, 1, true, [], { field: 1 }, { field: {}, message: {} }, { message: 1 }] }],
  ['a text', '"invalid"'],
  ['a number', '7'],
  ['null alone', 'null'],
  ['a list', '[{"code":"x"}]'],
  ['HTML', '<html><body>502 Bad Gateway</body></html>'],
  ['half of JSON', '{"code":"x"'],
  ['nothing', ''],
  ['5,000 levels', deep(5_000)],
  ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000)],
])('an odd answer breaks no error: %s', async (_name, body) => {
  const error = await errorFor(body, create, 422);
  expect(error).toMatchObject({ status: 422, code: 'unknown', supportId: null, detail: null, attempts: 1 });
  for (const { field, message } of error.fieldErrors) {
    expect(field === null || typeof field === 'string').toBe(true);
    expect(typeof message).toBe('string');
  }
  expect(() => JSON.stringify(error)).not.toThrow();
});

test('an own property __proto__ of an answer changes nothing', async () => {
  const error = await errorFor(
    '{"__proto__":{"code":"x","detail":"y"},"properties":{"__proto__":{"supportId":"z"}},"errors":{"__proto__":["bad"]}}',
  );
  expect(error).toMatchObject({ code: 'unknown', detail: null, supportId: null });
  expect(error.fieldErrors).toEqual([{ field: '__proto__', message: 'bad' }]);
  expect(Reflect.get({}, 'detail')).toBeUndefined();
});

test.each([
  [7, '7'],
  [0, '0'],
  ['s-1', 's-1'],
  ['', null],
  [true, null],
  [{ id: 1 }, null],
  ['sk_live_0123456789abcdef', '[withheld]'],
  ['a\u001b[31m\u202eb', 'a?[31m?b'],
])('supportId is a text or null: %j', async (supportId, expected) => {
  expect((await errorFor({ supportId })).supportId).toBe(expected);
  expect((await errorFor({ properties: { support_id: supportId } })).supportId).toBe(expected);
});

test('bounds what the API says', async () => {
  const long = 'x'.repeat(10_000);
  const many = Array.from({ length: 100 }, (_, i) => ({ field: `f${i}${long}`, message: long }));
  const error = await errorFor({ detail: long, code: long, supportId: long, errors: many });
  expect(error.code).toBe('unknown');
  expect(JSON.stringify(error).length).toBeLessThan(20_000);
  expect(error.fieldErrors).toHaveLength(20);
});

const token = `eyJhbGciOiJFUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(86)}`;
const told = ['correct horse', token, 'sk_live_9f8e7d6c5b4a', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'];

test.each(told)(
  '16: nothing that a logger prints contains a password or a token that the API quotes: %s',
  async (secret) => {
    const quote = `The value "${secret}" was refused.`;
    const members = {
      detail: quote,
      code: secret,
      supportId: secret,
      errors: [{ field: secret, message: quote, rejectedValue: secret }],
    };
    for (const body of [members, { properties: members }, { message: quote, errors: { password: [quote] } }, quote]) {
      const error = await errorFor(body);
      expect(`${JSON.stringify({ ...error })}${JSON.stringify(error)}${error.message}${error.stack}`).not.toContain(
        secret,
      );
      // Programs can still read the answer.
      expect(JSON.stringify(error.body)).toContain(secret);
      expect(Object.keys(error)).not.toContain('body');
    }
  },
);

test.each<[string, (client: ToriiClient) => PromiseLike<unknown>]>([
  [
    'a nested secret',
    (client) => client.request({ method: 'POST', path: '/x', body: { user: [{ clientSecret: 'hunter2' }] } }),
  ],
  [
    'a secret inside of an object',
    (client) => client.request({ method: 'POST', path: '/x', body: { credentials: { value: 'hunter2' } } }),
  ],
  ['a short one', (client) => client.users.create({ password: 'abc' })],
  ['a number', (client) => client.request({ method: 'POST', path: '/x', body: { passcode: 271828 } })],
  ['a short name', (client) => client.request({ method: 'POST', path: '/x', body: { pwd: 'hunter2' } })],
  ['a PIN', (client) => client.request({ method: 'POST', path: '/x', body: { pin: 271828 } })],
  ['the value of a header', (client) => client.users.get('ada', { headers: { 'x-api-key': 'hunter2' } })],
  ['a password in other letters', (client) => client.users.create({ password: 'HUNTER2' })],
])('16: withholds %s that the API quotes', async (_name, call) => {
  const { detail, fieldErrors } = await errorFor(
    { detail: 'abc hunter2 271828 abcd', errors: { password: 'abc hunter2 271828' } },
    call,
  );
  const shown = JSON.stringify([detail, fieldErrors]);
  expect(shown.match(/\[withheld\]/g)).toHaveLength(2);
});

test.each([
  ['as JSON in a text', (text: string) => JSON.stringify(text)],
  [
    'in HTML',
    (text: string) =>
      text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;').replaceAll('<', '&lt;'),
  ],
  ['in a URL', encodeURIComponent],
  [
    'with code points',
    (text: string) => text.replace(/[^ -~]|["'&<]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
])('16: withholds a password that the API quotes %s', async (_name, escaped) => {
  const password = 'p&"s\'s<w/d\\1+%';
  const quoted = `It was: ${escaped(password)}.`;
  const { detail } = await errorFor({ detail: quoted }, ({ users }) => users.create({ password }));
  expect(detail).toMatch(/^It was: "?\[withheld\]"?\.$/);
});

test('16: withholds a password with characters of any script', async () => {
  for (const password of ['pæssord', 'пароль123', '密码密码', '🔑🔑🔑', '(.*)+$^[', 'x'.repeat(600)]) {
    const { detail } = await errorFor({ detail: `Not ${password}!` }, ({ users }) => users.create({ password }));
    expect(detail).toBe('Not [withheld]!');
  }
});

test('16: withholds what the API says if a request has more secrets than can be looked for', async () => {
  for (const count of [30, 3_000]) {
    const users = Array.from({ length: count }, (_, index) => ({ password: `hunter-${index}-` }));
    const body = { detail: users.map(({ password }) => password).join(), errors: { password: ['hunter-29-'] } };
    const error = await errorFor(body, (client) => client.request({ method: 'POST', path: '/x', body: users }));
    expect(JSON.stringify(error)).not.toContain('hunter');
    expect(error.fieldErrors).toHaveLength(1);
  }
});

test('16: withholds a password that the API composes or decomposes, and one of signs only', async () => {
  for (const [password, quoted] of [
    ['p\u00e4ssword', 'pa\u0308ssword'],
    ['pa\u0308ssword', 'p\u00e4ssword'],
    ['?!', '?!'],
  ] as const) {
    const { detail } = await errorFor({ detail: `Not ${quoted}.` }, ({ users }) => users.create({ password }));
    expect(detail).toBe('Not [withheld].');
  }
});

test('16: withholds a code and a support id that are the password', async () => {
  const { code, supportId } = await errorFor({ code: 'hunter_2', supportId: 'hunter_2' }, ({ users }) =>
    users.create({ password: 'hunter_2' }),
  );
  expect([code, supportId]).toEqual(['unknown', '[withheld]']);
});

test('a password of many signs that servers escape takes no long search', async () => {
  for (const [piece, quoted] of [
    ['\\', '\\\\'],
    ['"', '\\"'],
    ['\\"', '\\\\\\"'],
    ['%', '%25'],
  ] as const) {
    const password = `${piece.repeat(60)}x`;
    for (const end of ['x', '…']) {
      const begun = process.cpuUsage();
      const { detail } = await errorFor({ detail: `Not ${quoted.repeat(60)}${end}` }, ({ users }) =>
        users.create({ password }),
      );
      expect(detail?.includes('[withheld]')).toBe(end === 'x');
      // Where each sign could be matched in several ways, 30 of them took a minute.
      expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
    }
  }
});

test('a short password does not destroy the text of an error', async () => {
  const { detail } = await errorFor({ detail: 'a password is needed' }, ({ users }) =>
    users.create({ password: 'as' }),
  );
  expect(detail).toBe('a password is needed');
});

test('an error of a response that cannot be used does not print the response', async () => {
  const { client } = scriptApi([new Response(JSON.stringify({ email: 'ada@example.com' }))]);
  const error = await failureOf(client.users.get('ada'));
  expect(JSON.stringify({ ...(error as object) })).not.toContain('ada@example.com');
  expect(error).toMatchObject({ code: 'response_malformed', body: { email: 'ada@example.com' }, fieldErrors: [] });
});

test('a user with fields of odd types arrives as the API sent it', async () => {
  const odd = { ...userBody(), phone: 7, email: ['x'], createdAt: 'yesterday' };
  const { client } = scriptApi([Response.json(odd)]);
  expect(await client.users.get('ada')).toEqual(odd);
});

test.each([[undefined], [null], [7], [''], ['..'], ['\ud800'], [{}]])(
  'says what an id looks like if it is %j',
  async (id) => {
    const { client, sent } = scriptApi([]);
    const error = await failureOf(client.users.get(id as string));
    expect(error).toBeInstanceOf(ToriiConfigError);
    expect(error).toMatchObject({
      option: 'userId',
      message: expect.stringContaining('user.id'),
    });
    expect(sent).toEqual([]);
  },
);

test('a refusal of deeply nested metadata keeps its code and its detail', async () => {
  const metadata: object = JSON.parse(`${'{"a":'.repeat(150)}{"token":"hunter2hunter2"}${'}'.repeat(150)}`);
  const { client } = scriptApi([
    Response.json({ code: 'metadata_invalid', detail: 'Not hunter2hunter2.' }, { status: 400 }),
  ]);
  const error = await failureOf(client.users.updateMetadata('ada', { privateMetadata: { ...metadata } }));
  expect(error).toMatchObject({ code: 'metadata_invalid', detail: 'Not [withheld].' });
});
