import { request } from 'node:http';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { type Emulator, EmulatorError, type EmulatorOptions, startEmulator } from '../src/index.ts';
import { startForwarder } from './forwarder.ts';

async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.stop());
  return emulator;
}

interface Sent {
  readonly host: string;
  readonly method?: string;
  readonly origin?: string;
  readonly form?: string;
}

interface Received {
  readonly status: number | undefined;
  readonly cookie: string;
  readonly location: string | undefined;
  readonly text: string;
}

/** Sends a request to the address at which the emulator listens. Uses node:http, because fetch sets Host itself. */
function send(emulator: Emulator, path: string, { host, method, origin, form }: Sent): Promise<Received> {
  const headers = {
    host,
    ...(origin !== undefined && { origin }),
    ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  return new Promise((resolve, reject) => {
    request(
      emulator.localOrigin + path,
      { headers, method: method ?? (form === undefined ? 'GET' : 'POST') },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            cookie: response.headers['set-cookie']?.join('; ') ?? '',
            location: response.headers.location,
            text,
          }),
        );
      },
    )
      .on('error', reject)
      .end(form);
  });
}

const jwks = '/_torii/.well-known/jwks.json';
const signIn = '/_torii/emulator/sign-in';

test('all URLs begin with the public origin, and tokens verify through a mapped port', async () => {
  let listening = 0;
  // 127.0.0.2 stands for the machine, and 127.0.0.1 for the inside of the container.
  await using mapped = await startForwarder({ host: '127.0.0.2' }, () => ({ host: '127.0.0.1', port: listening }));
  const publicOrigin = `http://127.0.0.2:${mapped.port}`;
  const emulator = await start({ publicOrigin, environments: [{ name: 'acme' }] });
  listening = Number(new URL(emulator.localOrigin).port);
  expect(listening).not.toBe(mapped.port);

  for (const environment of emulator.environments) {
    const { issuer, apiUrl, jwksUrl, signInUrl, dashboardUrl } = environment;
    for (const url of [issuer, apiUrl, jwksUrl, signInUrl, dashboardUrl])
      expect(new URL(url).origin).toBe(publicOrigin);
    const token = await environment.token();
    expect(decodeJwt(token).iss).toBe(issuer);
    await jwtVerify(token, createRemoteJWKSet(new URL(jwksUrl)), { issuer });
    const discovered = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as object;
    expect(discovered).toMatchObject({ issuer, jwks_uri: jwksUrl });
  }
  const dashboard = await fetch(`${publicOrigin}/`);
  expect([dashboard.status, dashboard.url]).toEqual([200, emulator.dashboardUrl]);
  expect(await dashboard.text()).not.toContain(emulator.localOrigin);
});

test('a page of the public origin can sign in, also behind a proxy that adds TLS or changes the host', async () => {
  const publicOrigin = 'https://torii.test';
  const emulator = await start({ publicOrigin, allowedHosts: ['torii'] });
  await emulator.createUser({ email: 'ada@example.com', password: 'correct horse' });
  const form = 'email=ada%40example.com&password=correct+horse';
  for (const host of ['torii.test', 'torii:4100', 'localhost']) {
    const signedIn = await send(emulator, signIn, { host, origin: publicOrigin, form });
    expect([signedIn.status, signedIn.cookie]).toEqual([303, expect.stringMatching(/; Secure/)]);
    expect(new URL(signedIn.location ?? '', `${publicOrigin}${signIn}`).origin).toBe(publicOrigin);
    const advanced = { host, origin: publicOrigin, form: 'action=advance&amount=5&unit=60' };
    expect((await send(emulator, '/_emulator/', advanced)).status).toBe(303);
  }
  expect((await send(emulator, signIn, { host: 'torii.test', origin: 'http://torii.test', form })).status).toBe(303);
});

test.each(['https://evil.example', 'https://torii.test.evil.example', 'https://torii.test:8443', 'null'])(
  'refuses actions of pages of %s (statement 14)',
  async (origin) => {
    const emulator = await start({ publicOrigin: 'https://torii.test' });
    for (const [path, form] of [
      [signIn, 'email=a&password=b'],
      ['/_emulator/', 'action=advance&amount=5&unit=60'],
      ['/_emulator/faults', '{}'],
    ] as const) {
      const { status, text } = await send(emulator, path, { host: 'torii.test', origin, form });
      expect([status, text]).toEqual([403, expect.stringContaining('origin')]);
    }
  },
);

test('answers requests for allowed hosts, in any case and on any port', async () => {
  const emulator = await start({ allowedHosts: ['Torii', 'my_service', '10.0.0.5', '[fd00::5]'] });
  for (const host of ['torii', 'TORII:4100', 'my_service:1', '10.0.0.5:4100', '[fd00::5]:4100', 'localhost:4100']) {
    expect((await send(emulator, jwks, { host })).status).toBe(200);
  }
});

test.each([
  'evil.example',
  'torii.evil.example',
  'eviltorii',
  'torii.',
  'torii@evil.example',
  'torii:80:80',
  'torii:x',
  'torii,evil.example',
  '10.0.0.6',
  '[fd00::6]',
  '0.0.0.0:4100',
  '[::]:4100',
])('refuses the host %j, which DNS rebinding could use', async (host) => {
  const emulator = await start({ publicOrigin: 'https://auth.test', allowedHosts: ['torii', '10.0.0.5', '[fd00::5]'] });
  const { status } = await send(emulator, jwks, { host });
  expect([400, 421]).toContain(status);
});

test('[32] an allowed host does not permit another host in the request target', async () => {
  const emulator = await start({ allowedHosts: ['torii'] });
  const { port } = new URL(emulator.localOrigin);
  const ask = (target: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: target, headers: { host: 'torii' } }, (response) =>
        resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
  expect(await ask(`http://torii${jwks}`)).toBe(200);
  expect(await ask(`http://evil.example${jwks}`)).toBe(421);
});

test.each<[keyof EmulatorOptions, unknown]>([
  ['publicOrigin', ''],
  ['publicOrigin', 'localhost:8080'],
  ['publicOrigin', 'http://localhost:8080/'],
  ['publicOrigin', 'http://localhost:8080/env'],
  ['publicOrigin', 'http://LOCALHOST:8080'],
  ['publicOrigin', 'http://localhost:80'],
  ['publicOrigin', 'http://a:b@localhost'],
  ['publicOrigin', 'http://torii:4100'],
  ['publicOrigin', 'http://app.localhost:4100'],
  ['publicOrigin', 'http://127.example.com'],
  ['publicOrigin', 'http://0.0.0.0:4100'],
  ['publicOrigin', 'https://*'],
  ['publicOrigin', 'https://*.example.com'],
  ['publicOrigin', 'ftp://localhost'],
  ['publicOrigin', ' http://localhost'],
  ['publicOrigin', null],
  ['publicOrigin', new URL('http://localhost')],
  ['allowedHosts', 'torii'],
  ['allowedHosts', ['torii:4100']],
  ['allowedHosts', ['http://torii']],
  ['allowedHosts', ['torii/']],
  ['allowedHosts', ['*']],
  ['allowedHosts', ['*.example.com']],
  ['allowedHosts', ['']],
  ['allowedHosts', ['torii,api']],
  ['allowedHosts', [' torii']],
  ['allowedHosts', ['a@torii']],
  ['allowedHosts', ['2130706433']],
  ['allowedHosts', ['fd00::5']],
  ['allowedHosts', ['[fd00::zz]']],
  ['allowedHosts', [undefined]],
  ['allowedHosts', null],
  ['host', 'localhost'],
  ['host', '10.0.0.5'],
  ['host', '[::1]'],
  ['host', ''],
])('refuses the option %s: %j', async (option, value) => {
  const starting = start({ [option]: value });
  await expect(starting).rejects.toBeInstanceOf(EmulatorError);
  await expect(starting).rejects.toMatchObject({ code: 'option_invalid', message: expect.stringContaining(option) });
});

test.each(['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080', 'https://auth.example.com'])(
  'accepts the public origin %s',
  async (publicOrigin) => {
    const emulator = await start({ publicOrigin });
    expect([emulator.issuer, emulator.apiUrl]).toEqual([publicOrigin, publicOrigin]);
  },
);

test('listens on IPv6, where the machine has it', async ({ skip }) => {
  for (const host of ['::1', '::'] as const) {
    const emulator = await start({ host }).catch((error: unknown) => {
      if (error instanceof EmulatorError && error.code === 'port_unusable') return skip('This machine has no IPv6.');
      throw error;
    });
    const { port } = new URL(emulator.localOrigin);
    expect(emulator.issuer).toBe(`http://${host === '::1' ? '[::1]' : '127.0.0.1'}:${port}`);
    const token = await emulator.token();
    await jwtVerify(token, createRemoteJWKSet(new URL(emulator.jwksUrl)), { issuer: emulator.issuer });
    expect((await fetch(`http://[::1]:${port}${jwks}`)).status).toBe(200);
  }
});
