import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Emulator, startEmulator } from '@torii/emulator';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeKey } from '../../core/test/mint.ts';
import type { Finding } from '../src/commands/doctor/finding.ts';
import { checkProxy } from '../src/commands/doctor/machine.ts';
import type { Context } from '../src/context.ts';
import { type Ended, environmentOf, runCommand, startCommand, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';
import { type Answer, closedUrl, startOddServer, startTcpServer, startTlsServer } from './odd-server.ts';

const secretKey = 'sk_test_4c1dQ8vRzY2mXw7nKpL5sTfB';
let torii: Emulator;
beforeAll(async () => {
  torii = await startEmulator({ secretKey });
});
afterAll(() => torii.stop());

interface Diagnosis {
  readonly code: number | string;
  readonly healthy: boolean;
  readonly checks: readonly Finding[];
  of(check: string): Finding | undefined;
  /** The names of the checks that failed. */
  readonly failed: readonly string[];
}

async function diagnose(
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
  folder?: string,
): Promise<Diagnosis> {
  const ended = await runInProcess(['doctor', '--json', ...args], {
    environment,
    ...(folder !== undefined && { folder }),
  });
  return read(ended);
}

function read({ code, stdout, stderr }: Ended): Diagnosis {
  expect(`${stdout}${stderr}`).not.toMatch(/4c1dQ8|correct-horse|\n +at /i);
  const { healthy, checks } = JSON.parse(stdout) as { readonly healthy: boolean; readonly checks: readonly Finding[] };
  for (const { result, advice } of checks) {
    expect(advice === null).toBe(result === 'passed' || result === 'skipped');
    if (advice !== null) expect(advice).toMatch(/ See https:\S+#[\w-]+$/);
  }
  const failed = checks.filter(({ result }) => result === 'failed').map(({ check }) => check);
  expect([healthy, code]).toEqual([failed.length === 0, failed.length === 0 ? 0 : 1]);
  return { code, healthy, checks, of: (name) => checks.find(({ check }) => check === name), failed };
}

/** Diagnoses an issuer whose REST API is the emulator's, and checks that the other checks ran. */
async function diagnoseIssuer(issuer: string, args: readonly string[] = []): Promise<Diagnosis> {
  const diagnosis = await diagnose({ ...environmentOf(torii), TORII_ISSUER: issuer }, args);
  expect(diagnosis.of('REST API')).toMatchObject({ result: 'passed' });
  expect(diagnosis.of('Node')).toMatchObject({ result: 'passed' });
  return diagnosis;
}

async function diagnoseApi(apiUrl: string, args: readonly string[] = []): Promise<Diagnosis> {
  const diagnosis = await diagnose({ ...environmentOf(torii), TORII_API_URL: apiUrl }, args);
  expect(diagnosis.of('keys')).toMatchObject({ result: 'passed' });
  return diagnosis;
}

test('finds nothing wrong with an emulator', async () => {
  const { checks, healthy } = await diagnose(environmentOf(torii));
  expect(healthy).toBe(true);
  const results = Object.fromEntries(checks.map(({ check, result }) => [check, result]));
  const names = ['issuer', 'issuer name', 'keys', 'key cache', 'clock', 'REST API', 'same Torii', 'certificates'];
  expect(results).toMatchObject(Object.fromEntries(names.map((name) => [name, 'passed'])));
});

test.each<[string, () => string, Finding['result'], RegExp]>([
  ['that of the emulator', () => torii.environmentId, 'passed', /from the environment/],
  ['another one', () => '0198f1d2-0000-7000-8000-000000000001', 'failed', /new environment after each start/],
  ['empty', () => '', 'failed', /empty/],
])('the environment id is compared with the emulator: %s', async (_name, id, result, text) => {
  const { of } = await diagnose({ ...environmentOf(torii), TORII_ENVIRONMENT_ID: id() });
  const finding = of('TORII_ENVIRONMENT_ID');
  expect([finding?.result, `${finding?.found} ${finding?.advice}`]).toEqual([result, expect.stringMatching(text)]);
});

test('asks the API for a user that does not exist, which reads no data and changes nothing', async () => {
  const user = await torii.createUser({ email: 'ada@example.com' });
  const before = torii.requests.api;
  const { checks } = await diagnose(environmentOf(torii));
  expect(torii.requests.api - before).toBe(2);
  expect(JSON.stringify(checks)).not.toContain(user.id);
});

const json: Readonly<Record<string, string>> = { 'content-type': 'application/json' };
const reply =
  (status: number, body: string, headers: Readonly<Record<string, string>> = json): Answer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);
const html = { 'content-type': 'text/html; charset=utf-8' };

const oddReplies: readonly (readonly [name: string, answer: Answer, found: RegExp])[] = [
  [
    'a redirect to another host',
    reply(302, '', { location: 'https://login.example.com/?token=correct-horse' }),
    /login\.example\.com/,
  ],
  ['a redirect to a path', reply(308, '', { location: '/elsewhere' }), /redirect/],
  ['a redirect without a target', reply(301, '', {}), /redirect/],
  ['a redirect to a script', reply(302, '', { location: 'javascript:alert(1)' }), /redirect \(302\)$/],
  ['a web page', reply(200, '<!doctype html><title>Sign in</title>', html), /web page/],
  ['a web page without a content type', reply(200, '\n<html></html>', {}), /web page/],
  ['a web page with 404', reply(404, '<!DOCTYPE HTML>', html), /web page/],
  ['a refused host', reply(421, '{}'), /421/],
  ['too many requests', reply(429, '{}'), /429/],
  ['500', reply(500, '{"error":"correct-horse"}'), /500/],
  ['503', reply(503, ''), /503/],
  ['a connection that is cut', (request) => void request.socket.destroy(), /no connection/],
];

test.each(oddReplies)('an issuer that answers with %s fails', async (_name, answer, found) => {
  const { url } = await startOddServer(answer);
  const diagnosis = await diagnoseIssuer(url);
  expect([diagnosis.failed, diagnosis.of('issuer')?.found]).toEqual([['issuer'], expect.stringMatching(found)]);
});

test.each(oddReplies)('a REST API that answers with %s fails, and never gets the key', async (_name, answer, found) => {
  const { url, authorizations } = await startOddServer(answer);
  const diagnosis = await diagnoseApi(url);
  expect([diagnosis.failed, diagnosis.of('REST API')?.found]).toEqual([['REST API'], expect.stringMatching(found)]);
  expect(authorizations.filter((each) => each !== undefined)).toEqual([]);
});

test.each([
  ['401', reply(401, '{}'), /401/],
  ['403', reply(403, '{}'), /403/],
  ['404', reply(404, '{}'), /404/],
  ['204', reply(204, ''), /204/],
] as const)('an issuer whose key endpoint answers %s fails', async (_name, answer, found) => {
  const { url } = await startOddServer(answer);
  const diagnosis = await diagnoseIssuer(url);
  expect([diagnosis.failed, diagnosis.of('issuer')?.found]).toEqual([['issuer'], expect.stringMatching(found)]);
});

const hang: Answer = () => {};
const trickle: Answer = (_request, response) => {
  response.writeHead(200, json).write('{');
  const timer = setInterval(() => response.write(' '), 50);
  response.on('close', () => clearInterval(timer));
};

test.each([
  ['nothing', hang],
  ['one byte at a time', trickle],
] as const)('a server that answers with %s is given up after --timeout', async (_name, answer) => {
  const { url } = await startOddServer(answer);
  const both = await diagnose({ TORII_ISSUER: url, TORII_API_URL: url, TORII_SECRET_KEY: secretKey }, [
    '--timeout',
    '1',
  ]);
  expect(both.failed).toEqual(['issuer', 'REST API']);
  for (const check of both.failed) expect(both.of(check)?.advice).toContain('--timeout');
});

test('Ctrl-C ends it while a server hangs', async () => {
  const { url } = await startOddServer(hang);
  const interruption = new AbortController();
  const running = runInProcess(['doctor', '--timeout', '60'], {
    environment: { TORII_ISSUER: url },
    signal: interruption.signal,
  });
  interruption.abort();
  expect(await running).toMatchObject({ code: 130, stdout: '' });
});

test('a port at which nothing listens fails, and the emulator is named', async () => {
  const diagnosis = await diagnoseIssuer(await closedUrl());
  expect(diagnosis.failed).toEqual(['issuer']);
  expect(diagnosis.of('issuer')).toMatchObject({
    found: expect.stringContaining('ECONNREFUSED'),
    advice: expect.stringContaining('torii emulator'),
  });
  expect((await diagnoseApi(await closedUrl())).failed).toEqual(['REST API']);
});

test('a host name that does not exist fails', async () => {
  const { failed } = await diagnoseIssuer('https://torii.invalid');
  expect(failed).toEqual(['issuer']);
});

test('a certificate that is not trusted, or is for another host, fails', async () => {
  for (const [options, found] of [
    [{}, /not trusted/],
    [{ isExpired: true }, /not trusted|expired/],
    [{ name: 'other.example.com' }, /not trusted|another host/],
  ] as const) {
    const { url } = await startTlsServer(options);
    const diagnosis = await diagnoseIssuer(url);
    expect([diagnosis.failed, diagnosis.of('issuer')?.found]).toEqual([['issuer'], expect.stringMatching(found)]);
    expect((await diagnoseApi(url)).of('REST API')?.found).toMatch(found);
  }
});

test('a certificate of an authority in NODE_EXTRA_CA_CERTS is trusted, its host name and its dates are checked', async () => {
  const folder = temporaryFolder();
  const authority = join(folder, 'ca.pem');
  const run = async (options: Parameters<typeof startTlsServer>[0]): Promise<Diagnosis> => {
    const { url, certificate } = await startTlsServer(options);
    writeFileSync(authority, certificate);
    const environment = { TORII_ISSUER: url, NODE_EXTRA_CA_CERTS: authority };
    return read(await runCommand(['doctor', '--json'], { environment }));
  };
  expect((await run({})).of('issuer')?.result).toBe('passed');
  expect((await run({ name: 'other.example.com' })).of('issuer')?.found).toMatch(/ERR_TLS_CERT_ALTNAME_INVALID/);
  expect((await run({ isExpired: true })).of('issuer')?.found).toMatch(/CERT_HAS_EXPIRED/);
});

test('the wrong scheme or another protocol fails', async () => {
  const { port } = await startTlsServer();
  expect((await diagnoseIssuer(`http://127.0.0.1:${port}`)).failed).toEqual(['issuer']);
  const { url } = await startOddServer(reply(200, '{}'));
  expect((await diagnoseIssuer(url.replace('http:', 'https:'))).of('issuer')?.found).toMatch(/no TLS/);
  const ssh = await startTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'));
  expect((await diagnoseIssuer(ssh)).of('issuer')?.found).toMatch(/not HTTP/);
  expect((await diagnoseIssuer('http://127.0.0.1:6000')).of('issuer')?.found).toMatch(/port not allowed/);
});

async function issuerWith(keys: unknown, headers: Readonly<Record<string, string>> = json): Promise<string> {
  const body = typeof keys === 'string' ? keys : JSON.stringify({ keys });
  const { url } = await startOddServer((request, response) => {
    if (request.url === '/_torii/.well-known/jwks.json') response.writeHead(200, headers).end(body);
    else response.writeHead(404).end();
  });
  return url;
}

const good = await makeKey('good');
const other = await makeKey('other');
const rsa = {
  ...(await exportJWK((await generateKeyPair('RS256', { extractable: true })).publicKey)),
  kid: 'rsa',
  alg: 'RS256',
};
const offCurve = { ...other.publicJwk, x: other.publicJwk['y'] };

test.each<[string, unknown, RegExp]>([
  ['no JSON', 'keys', /not JSON/],
  ['an empty response', '', /not JSON/],
  ['JSON that is not a key set', '{"error":"correct-horse"}', /not a key set/],
  ['a list', '[]', /not a key set/],
  ['keys that are not a list', '{"keys":{}}', /not a key set/],
  ['no keys', [], /0 keys/],
  ['keys of another kind only', [rsa], /1 RSA/],
  ['a key off the curve only', [offCurve], /1 EC P-256/],
  ['keys that are not objects', [null, 1, 'x'], /3 unknown/],
  ['the same id twice', [good.publicJwk, { ...other.publicJwk, kid: 'good' }], /2 EC/],
  ['an endless response', `{"keys":[${' '.repeat(600_000)}]}`, /not JSON/],
])('a key set with %s fails', async (_name, keys, found) => {
  const diagnosis = await diagnoseIssuer(await issuerWith(keys));
  expect([diagnosis.failed, diagnosis.of('keys')?.found]).toEqual([['keys'], expect.stringMatching(found)]);
});

test('a private key in the key set fails, and is not shown', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: 'private' };
  const { url } = await startOddServer(reply(200, JSON.stringify({ keys: [good.publicJwk, jwk] })));
  const { stdout, code } = await runInProcess(['doctor', '--issuer', url]);
  expect([code, stdout]).toEqual([1, expect.stringMatching(/keys.*private key/)]);
  expect(stdout).not.toContain(jwk.d);
});

test('counts the keys that verify tokens, and warns about those that verifiers ignore', async () => {
  const mixed = await diagnoseIssuer(await issuerWith([good.publicJwk, rsa]));
  expect(mixed.of('keys')).toMatchObject({ result: 'passed', found: expect.stringContaining('1 of 2 keys') });
  for (const bad of [offCurve, { ...other.publicJwk, y: null }]) {
    const { of, healthy } = await diagnoseIssuer(await issuerWith([good.publicJwk, bad]));
    expect([healthy, of('keys')]).toEqual([true, expect.objectContaining({ result: 'warning' })]);
  }
});

test.each<[string, Readonly<Record<string, string>>, Finding['result']]>([
  ['no lifetime', json, 'passed'],
  ['five minutes', { 'cache-control': 'public, max-age=300' }, 'passed'],
  ['a day', { 'cache-control': 'public, max-age=86400' }, 'warning'],
  ['a day in shared caches', { 'cache-control': 'max-age=60, s-maxage="86400"' }, 'warning'],
  ['forever', { 'cache-control': 'public, immutable' }, 'warning'],
  ['an age of an hour', { age: '3600', 'cache-control': 'max-age=60' }, 'warning'],
])('judges a key set that caches may keep: %s', async (_name, headers, result) => {
  const { of } = await diagnoseIssuer(await issuerWith([good.publicJwk], headers));
  expect(of('key cache')?.result).toBe(result);
});

const dateIn = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString();

test.each([
  [3600, 'failed', /behind/],
  [-3600, 'failed', /ahead/],
  [40, 'failed', /behind/],
  [-40, 'failed', /ahead/],
  [15, 'passed', /behind/],
  [0, 'passed', /agrees/],
] as const)('a server’s clock that is %i s ahead: %s', async (seconds, result, found) => {
  const { of } = await diagnoseIssuer(await issuerWith([good.publicJwk], { date: dateIn(seconds) }));
  expect(of('clock')).toMatchObject({ result, found: expect.stringMatching(found) });
});

test('compares clocks with the tolerance, with the age of a cached response, and without a date', async () => {
  const late = await issuerWith([good.publicJwk], { date: dateIn(-100) });
  expect((await diagnoseIssuer(late, ['--clock-tolerance', '200'])).failed).toEqual([]);
  expect((await diagnoseIssuer(late, ['--clock-tolerance', '10'])).failed).toEqual(['clock']);
  const cached = await issuerWith([good.publicJwk], { date: dateIn(-100), age: '100' });
  expect((await diagnoseIssuer(cached)).failed).toEqual([]);
  const odd = await issuerWith([good.publicJwk], { date: 'yesterday' });
  expect((await diagnose({ TORII_ISSUER: odd })).of('clock')?.result).toBe('skipped');
});

test('reads a date in the form of asctime as UTC, in every time zone (RFC 9110 5.6.7)', async () => {
  // Sun, 29 Nov 2026 20:05:47 GMT is `Sun Nov 29 20:05:47 2026` in that form.
  const [, weekday, day, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/.exec(dateIn(0)) ?? [];
  const date = `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`;
  const environment = { TORII_ISSUER: await issuerWith([good.publicJwk], { date }), TZ: 'Asia/Tokyo' };
  const { of } = read(await runCommand(['doctor', '--json'], { environment }));
  expect(of('clock')?.result).toBe('passed');
});

test('an issuer that calls itself by another name fails: its tokens would be refused', async () => {
  const { port } = new URL(torii.issuer);
  const { failed, of } = await diagnose({ ...environmentOf(torii), TORII_ISSUER: `http://localhost:${port}` });
  expect(failed).toEqual(['issuer name']);
  expect(of('issuer name')?.advice).toContain(torii.issuer);
  expect((await diagnose({ ...environmentOf(torii), TORII_ISSUER: `${torii.issuer}/` })).failed).toEqual([]);
});

test('shows no secret that a server sends in any place of its responses', async () => {
  const secret = `sk_live_${secretKey.slice('sk_test_'.length)}`;
  const { url } = await startOddServer((request, response) => {
    const path = request.url ?? '';
    const key = { kty: 'EC', crv: secret, kid: secret, x: null, y: secret };
    if (path.includes('jwks')) return reply(200, JSON.stringify({ keys: [key, { kty: secret }] }))(request, response);
    if (path.includes('openid'))
      return reply(200, JSON.stringify({ issuer: `https://${secret}.example/${secret}` }))(request, response);
    return toKey(
      400,
      JSON.stringify({ code: secret, detail: secret, properties: { code: secret, supportId: secret } }),
    )(request, response);
  });
  const { failed } = await diagnose({ TORII_ISSUER: url, TORII_API_URL: url, TORII_SECRET_KEY: secretKey });
  expect(failed).toEqual(['issuer name', 'keys', 'REST API']);
});

test('checks each issuer', async () => {
  const args = ['--issuer', torii.issuer, '--issuer', await closedUrl(), '--issuer', torii.issuer];
  const { checks, failed, of } = await diagnose({}, args);
  expect(of('keys')?.found).toContain(torii.issuer);
  expect(checks.filter(({ check }) => check === 'issuer').map(({ result }) => result)).toEqual(['passed', 'failed']);
  expect(failed).toEqual(['issuer']);
});

test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
  ['plain http to another machine', { TORII_ISSUER: 'http://torii:4100' }, 'issuer', /https/],
  ['an issuer that is not a URL', { TORII_ISSUER: 'acme.torii.so' }, 'issuer', /URL|https/],
  ['a secret key as the issuer', { TORII_ISSUER: secretKey }, 'issuer', /./],
  ['a login in the issuer', { TORII_ISSUER: 'https://ada:correct-horse@torii.invalid' }, 'issuer', /./],
  ['an empty issuer', { TORII_ISSUER: '' }, 'TORII_ISSUER', /empty/],
  ['no settings', {}, 'TORII_ISSUER', /TORII_ISSUER/],
  [
    'a secret in the host of the issuer',
    { TORII_ISSUER: 'https://sk_live_4c1dQ8vRzY2mXw7nKpL5sTfB.example' },
    'issuer',
    /./,
  ],
  ['a token as the issuer', { TORII_ISSUER: 'Bearer eyJ4c1dQ8.eyJ4c1dQ8.4c1dQ8' }, 'issuer', /./],
  ['a secret key as the API URL', { TORII_API_URL: secretKey, TORII_SECRET_KEY: secretKey }, 'REST API', /https/],
  ['a misspelled variable', { TORII_ISSUER_URL: 'https://acme.torii.so' }, 'TORII_ISSUER', /TORII_ISSUER_URL/],
  ['a publishable key', { TORII_SECRET_KEY: 'pk_test_4c1dQ8vRzY2mXw7nKpL5sTfB' }, 'REST API', /publishable/],
  ['a webhook secret', { TORII_SECRET_KEY: 'whsec_4c1dQ8vRzY2mXw7nKpL5sTfB' }, 'REST API', /webhook/],
  ['a key that was cut', { TORII_SECRET_KEY: 'sk_test_' }, 'REST API', /./],
  ['a key in quotes', { TORII_SECRET_KEY: `"${secretKey}"` }, 'REST API', /./],
  ['an empty key', { TORII_SECRET_KEY: '' }, 'TORII_SECRET_KEY', /empty/],
  [
    'plain http for the API',
    { TORII_SECRET_KEY: secretKey, TORII_API_URL: 'http://api.example.com' },
    'REST API',
    /https/,
  ],
  ['an empty API URL', { TORII_SECRET_KEY: secretKey, TORII_API_URL: '' }, 'TORII_API_URL', /empty/],
  ['certificates that are not checked', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }, 'certificates', /NODE_TLS/],
])('%s fails, and says what to do', async (_name, environment, check, advice) => {
  const { failed, checks } = await diagnose(environment);
  expect(failed).toContain(check);
  const advices = checks.filter((each) => each.check === check).map((each) => each.advice);
  expect(advices.join(' ')).toMatch(advice);
});

test('a wrong secret key of an emulator fails, and a restart is named', async () => {
  const { failed, of } = await diagnose({ ...environmentOf(torii), TORII_SECRET_KEY: `${secretKey}x` });
  expect(failed).toEqual(['REST API']);
  expect(of('REST API')).toMatchObject({
    found: expect.stringContaining('401'),
    advice: expect.stringMatching(/emulator was restarted without `--data` or `--secret-key`/),
  });
});

const problem = (status: number, code: string): string => JSON.stringify({ title: 'x', status, properties: { code } });
const toKey =
  (status: number, body: string, type = 'application/problem+json'): Answer =>
  (request, response) => {
    if (request.headers.authorization === undefined) return reply(401, '{}')(request, response);
    response.writeHead(status, { 'content-type': type }).end(body);
  };

test.each<[string, Answer, Finding['result']]>([
  ['404 user_not_found', toKey(404, problem(404, 'user_not_found')), 'passed'],
  ['403 forbidden', toKey(403, problem(403, 'forbidden')), 'passed'],
  ['403 to every request, with the key or without', reply(403, problem(403, 'forbidden')), 'failed'],
  ['403 of a firewall', toKey(403, '{"message":"no"}', 'application/json'), 'failed'],
  ['404 of another server', toKey(404, '{"message":"no"}', 'application/json'), 'failed'],
  ['401', toKey(401, problem(401, 'invalid_secret_key')), 'failed'],
  ['429', toKey(429, problem(429, 'rate_limited')), 'warning'],
  ['500', toKey(500, problem(500, 'internal_error')), 'failed'],
  ['a redirect', toKey(302, ''), 'failed'],
  ['a web page', toKey(200, '<html>', 'text/html'), 'failed'],
  [
    'a cut connection',
    (request, response) =>
      request.headers.authorization ? void request.socket.destroy() : reply(401, '{}')(request, response),
    'failed',
  ],
])('judges the answer to the key: %s', async (_name, answer, result) => {
  const { url } = await startOddServer(answer);
  const { of, failed } = await diagnoseApi(url);
  expect([of('REST API')?.result, failed]).toEqual([result, result === 'failed' ? ['REST API'] : []]);
});

test.each([200, 204, 404])(
  'a server that answers %i without a key is not the API, and never gets the key',
  async (status) => {
    const { url, authorizations } = await startOddServer(reply(status, status === 204 ? '' : '{}'));
    expect((await diagnoseApi(url)).failed).toEqual(['REST API']);
    expect(authorizations).toEqual([undefined]);
  },
);

test('never sends a key to a URL from .env if the key comes from elsewhere', async () => {
  const { url, authorizations } = await startOddServer(reply(401, '{}'));
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.env'), `TORII_API_URL=${url}\n`);
  const { failed, of } = await diagnose({ TORII_ISSUER: torii.issuer, TORII_SECRET_KEY: secretKey }, [], folder);
  expect([failed, of('REST API')?.advice]).toEqual([['REST API'], expect.stringContaining('.env')]);
  expect(authorizations).toEqual([]);
});

test('says where each setting comes from, and shows no secret', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, '.env'),
    `TORII_SECRET_KEY=${secretKey}\nTORII_API_URL=${torii.apiUrl}\nTORII_ISSUER=https://acme.torii.so\n`,
  );
  writeFileSync(join(folder, 'live.env'), `TORII_ISSUER=${torii.issuer}\n`);
  const mixed = await diagnose({ TORII_ISSUER: torii.issuer }, [], folder);
  expect(mixed.of('TORII_ISSUER')).toMatchObject({
    result: 'warning',
    found: expect.stringContaining('from the environment'),
  });
  expect(mixed.of('TORII_SECRET_KEY')?.found).toMatch(/test key.*\.env/);
  const live = await diagnose({}, ['--settings', 'live.env'], folder);
  expect(live.of('TORII_ISSUER')?.found).toMatch(/from live\.env/);
  const flag = await diagnose({}, ['--issuer', torii.issuer], folder);
  expect(flag.of('TORII_ISSUER')?.found).toMatch(/from --issuer/);
});

test('warns about a .env that cannot be read', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.env'));
  const { of, healthy } = await diagnose(environmentOf(torii), [], folder);
  expect([healthy, of('settings file')?.result]).toEqual([true, 'warning']);
});

test('checks an environment whose issuer has a path, and an issuer on IPv6', async ({ skip }) => {
  await using other = await startEmulator({ host: '::1', environments: [{ name: 'acme' }] }).catch((error: unknown) =>
    skip(`This machine has no IPv6: ${String(error)}`),
  );
  for (const { issuer, apiUrl, secretKey } of other.environments) {
    const environment = { TORII_ISSUER: issuer, TORII_API_URL: apiUrl, TORII_SECRET_KEY: secretKey };
    expect((await diagnose(environment)).failed).toEqual([]);
  }
});

test('reports a key file that cannot be read, and runs the other checks', async () => {
  const { failed, of } = await diagnose(environmentOf(torii), ['--secret-key-file', 'missing.key']);
  expect(failed).toEqual(['secret key file']);
  expect(of('keys')?.result).toBe('passed');
});

test.each<[string, Readonly<Record<string, string>>, Finding['result']]>([
  ['no proxy', {}, 'passed'],
  ['a proxy that Node does not use', { HTTPS_PROXY: 'http://ada:correct-horse@proxy:3128' }, 'warning'],
  ['a proxy in lowercase', { http_proxy: 'http://ada:correct-horse@proxy:3128' }, 'warning'],
  ['an empty proxy', { HTTPS_PROXY: '' }, 'passed'],
  ['a proxy for requests to this machine too', { HTTP_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1' }, 'warning'],
  [
    'a proxy with exceptions',
    { HTTP_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1', NO_PROXY: 'localhost,127.0.0.1' },
    'passed',
  ],
])('judges the environment’s proxy: %s', async (_name, environment, result) => {
  const { of } = await diagnose({ ...environmentOf(torii), ...environment });
  expect(of('proxy')?.result).toBe(result);
});

test('warns if this Node does not know NODE_USE_ENV_PROXY', () => {
  const context = { env: { HTTPS_PROXY: 'http://proxy:3128', NODE_USE_ENV_PROXY: '1' } } as unknown as Context;
  const results = ['20.19.0', '22.20.0', '22.21.0', '24.0.0', '26.1.0'].map((version) =>
    checkProxy(context, [], version),
  );
  expect(results.map(({ result }) => result)).toEqual(['warning', 'warning', 'passed', 'passed', 'passed']);
});

test('names the proxy of the environment if a request through it fails', async () => {
  const proxy = await closedUrl();
  const environment = { ...environmentOf(torii), HTTP_PROXY: proxy, NODE_USE_ENV_PROXY: '1' };
  const diagnosis = read(await runCommand(['doctor', '--json'], { environment }));
  for (const check of ['issuer', 'REST API']) {
    // It is the proxy that cannot be reached, not the host of the URL.
    expect(diagnosis.of(check)).toMatchObject({
      found: expect.stringContaining('proxy'),
      advice: expect.stringMatching(/^(?!.*127\.0\.0\.1).*HTTP_PROXY/),
    });
  }
  const direct = read(
    await runCommand(['doctor', '--json'], { environment: { ...environment, NO_PROXY: '127.0.0.1' } }),
  );
  expect(direct.failed).toEqual([]);
});

test('warns if the issuer and the API are different Toriis', async () => {
  const remote = await diagnose({ ...environmentOf(torii), TORII_ISSUER: 'https://torii.invalid' });
  expect(remote.of('same Torii')?.result).toBe('warning');
  const live = await diagnose({ ...environmentOf(torii), TORII_SECRET_KEY: 'sk_live_4c1dQ8vRzY2mXw7nKpL5sTfB' });
  expect(live.of('same Torii')?.result).toBe('warning');
});

/** A project with installed packages: their paths below node_modules, their versions and their dependencies. */
function projectWith(
  dependencies: readonly string[],
  packages: Readonly<Record<string, readonly [version: string, dependencies?: readonly string[]]>>,
): string {
  const folder = temporaryFolder();
  const manifest = (name: string, version: string, names: readonly string[]): string =>
    JSON.stringify({ name, version, dependencies: Object.fromEntries(names.map((each) => [each, '*'])) });
  writeFileSync(join(folder, 'package.json'), manifest('app', '1.0.0', dependencies));
  for (const [path, [version, names = []]] of Object.entries(packages)) {
    const target = join(folder, 'node_modules', path);
    mkdirSync(target, { recursive: true });
    const name = path.split('node_modules/').at(-1) ?? path;
    writeFileSync(join(target, 'package.json'), manifest(name, version, names));
  }
  mkdirSync(join(folder, 'src'));
  return folder;
}

test.each<[string, () => string, Finding['result'], RegExp]>([
  ['one version', () => projectOf({ core: '1.2.0', express: '1.2.0' }), 'passed', /2 of version 1\.2\.0/],
  ['two versions', () => projectOf({ core: '1.2.0', express: '1.3.0' }), 'failed', /1\.2\.0.*1\.3\.0/],
  [
    'an old copy of core below another package',
    () =>
      projectWith(['@torii/core', 'login-kit'], {
        '@torii/core': ['1.3.0'],
        'login-kit': ['9.0.0', ['@torii/core']],
        'login-kit/node_modules/@torii/core': ['1.2.0'],
      }),
    'failed',
    /1\.2\.0/,
  ],
  [
    'two copies of one version',
    () =>
      projectWith(['@torii/core', '@torii/express'], {
        '@torii/core': ['1.3.0'],
        '@torii/express': ['1.3.0', ['@torii/core']],
        '@torii/express/node_modules/@torii/core': ['1.3.0'],
      }),
    'warning',
    /2 copies/,
  ],
  ['no package of Torii', () => projectWith(['express'], { express: ['5.0.0'] }), 'skipped', /./],
  ['a dependency in a circle', () => projectWith(['a'], { a: ['1.0.0', ['b']], b: ['1.0.0', ['a']] }), 'skipped', /./],
])('compares the installed packages: %s', async (_name, create, result, found) => {
  const folder = create();
  for (const cwd of [folder, join(folder, 'src')]) {
    const { of } = await diagnose(environmentOf(torii), [], cwd);
    expect(of('packages')).toMatchObject({ result, found: expect.stringMatching(found) });
  }
});

function projectOf(versions: Readonly<Record<string, string>>): string {
  const names = Object.keys(versions).map((name) => `@torii/${name}`);
  return projectWith(
    names,
    Object.fromEntries(Object.entries(versions).map(([name, version]) => [`@torii/${name}`, [version]])),
  );
}

test('finds packages behind the links of pnpm', async () => {
  const folder = projectWith(['@torii/express'], {
    '.pnpm/express/node_modules/@torii/express': ['1.3.0', ['@torii/core']],
    '.pnpm/core/node_modules/@torii/core': ['1.2.0'],
  });
  const link = (from: string, to: string): void => {
    mkdirSync(dirname(join(folder, from)), { recursive: true });
    symlinkSync(join(folder, to), join(folder, from));
  };
  link('node_modules/@torii/express', 'node_modules/.pnpm/express/node_modules/@torii/express');
  link('node_modules/.pnpm/express/node_modules/@torii/core', 'node_modules/.pnpm/core/node_modules/@torii/core');
  const { of } = await diagnose(environmentOf(torii), [], folder);
  expect(of('packages')).toMatchObject({
    result: 'failed',
    found: expect.stringMatching(/1\.2\.0.*1\.3\.0|1\.3\.0.*1\.2\.0/),
  });
});

test.each(['{', '[]', 'null', '{"dependencies":["@torii/core"]}', '{"dependencies":{"../../etc":"1"}}'])(
  'survives the package.json %s',
  async (text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'package.json'), text);
    expect((await diagnose(environmentOf(torii), [], folder)).of('packages')?.result).toBe('skipped');
  },
);

test('shows signs on a terminal, and words without colors, at any width', async () => {
  const environment = { ...environmentOf(torii), TORII_ISSUER: 'https://torii.invalid' };
  for (const columns of [40, 80, 200]) {
    const { code, stdout } = await runInProcess(['doctor'], { environment, columns });
    const text = stripVTControlCharacters(stdout);
    expect(code).toBe(1);
    expect(text).toMatch(/^✓ +Node/m);
    expect(text).toMatch(/^✗ +issuer/m);
    const words = text.split('\n').filter((line) => line.length > columns && line.trim().includes(' '));
    expect(words).toEqual([]);
    const plain = await runInProcess(['doctor'], { environment: { ...environment, NO_COLOR: '1' }, columns });
    expect(plain.stdout).not.toMatch(/[✓✗]/);
    expect(plain.stdout).toMatch(/^failed +issuer/m);
  }
});

test('writes a table in a pipe, one line of JSON per check, and one line of failures', async () => {
  const environment = { ...environmentOf(torii), TORII_ISSUER: 'https://torii.invalid' };
  const table = await runInProcess(['doctor'], { environment });
  expect(table.stdout).toMatch(/^failed\tissuer\t/m);
  const cells = table.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t').length);
  expect(new Set(cells)).toEqual(new Set([4]));
  expect(table.stderr).toMatch(/^torii: [^\n]*issuer[^\n]*\n$/);
  const { stdout } = await runInProcess(['doctor', '--ndjson'], { environment });
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  expect(lines.find(({ check }) => check === 'issuer')?.result).toBe('failed');
});

test.each([
  [['doctor', '--timeout', '0'], '--timeout'],
  [['doctor', '--clock-tolerance', '301'], '--clock-tolerance'],
  [['doctor', 'now'], 'doctor'],
  [['doctor', '--settings', 'missing.env'], 'missing.env'],
  [['doctor', '--secret-key', secretKey], 'TORII_SECRET_KEY'],
])('ends with 2 at %j', async (args, message) => {
  const { code, stdout, stderr } = await runInProcess(args);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
  expect(stderr).not.toContain('4c1dQ8');
});

test('runs as a process, and ends although a server still holds its connection', async () => {
  const { url } = await startOddServer(trickle);
  const command = startCommand(['doctor', '--timeout', '1', '--ndjson'], { environment: { TORII_ISSUER: url } });
  const { code, stdout } = await command.ended;
  expect([code, stdout]).toEqual([1, expect.stringContaining('"check":"issuer","result":"failed"')]);
});

test('a key is shown by its kind and at most its last four characters', async () => {
  const { of } = await diagnose(environmentOf(torii));
  expect(of('TORII_SECRET_KEY')?.found).not.toContain(secretKey.slice(-5));
  const hash = createHash('sha256').update(secretKey).digest('hex');
  expect(of('TORII_SECRET_KEY')?.found).not.toContain(hash.slice(0, 8));
  const short = await diagnose({ TORII_ISSUER: torii.issuer, TORII_SECRET_KEY: 'sk_test_0123' });
  expect(short.of('TORII_SECRET_KEY')?.found).not.toContain('0123');
});
