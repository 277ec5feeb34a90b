import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { encodeAccount, encodeOperator, encodeUser, fmtCreds } from '@nats-io/jwt';
import { createAccount, createOperator, createUser } from '@nats-io/nkeys';
import selfsigned from 'selfsigned';
import { describe, expect } from 'vitest';
import { publishWith, reasonOf, secret } from './nats-refusals.ts';
import { natsTest as test } from './nats-server.ts';

describe('logs in', () => {
  test('with a user and a password', async ({ startNats }) => {
    const { url: servers } = await startNats(`authorization { user: deploy, password: "${secret}" }`);
    expect(await publishWith({ servers, login: { user: 'deploy', password: secret } })).toBe(1);
    expect(await reasonOf(publishWith({ servers, login: { user: 'deploy', password: `${secret}!` } }))).toBe(
      'store_refused',
    );
    expect(await reasonOf(publishWith({ servers }))).toBe('store_refused');
  });

  test('with a token', async ({ startNats }) => {
    const { url: servers } = await startNats(`authorization { token: "${secret}" }`);
    expect(await publishWith({ servers, login: { token: secret } })).toBe(1);
    expect(await reasonOf(publishWith({ servers, login: { token: `${secret}!` } }))).toBe('store_refused');
  });

  test('with an nkey', async ({ startNats }) => {
    const user = createUser();
    const seed = (key: typeof user) => new TextDecoder().decode(key.getSeed());
    const { url: servers } = await startNats(`authorization { users: [{ nkey: ${user.getPublicKey()} }] }`);
    expect(await publishWith({ servers, login: { nkeySeed: seed(user) } })).toBe(1);
    expect(await reasonOf(publishWith({ servers, login: { nkeySeed: seed(createUser()) } }))).toBe('store_refused');
    expect(await reasonOf(publishWith({ servers, login: { nkeySeed: seed(createAccount()) } }))).toBe('login.nkeySeed');
  });

  test('with a credentials file', async ({ startNats }) => {
    const [operator, account, system, user] = [createOperator(), createAccount(), createAccount(), createUser()];
    const limits = { conn: -1, subs: -1, data: -1, payload: -1, disk_storage: -1, streams: -1, consumer: -1 };
    const accountJwt = await encodeAccount('app', account, { limits }, { signer: operator });
    const systemJwt = await encodeAccount('SYS', system, {}, { signer: operator });
    const operatorJwt = await encodeOperator('torii', operator, { system_account: system.getPublicKey() });
    const userJwt = await encodeUser('deploy', user, account, {});
    const { url: servers, folder } = await startNats(
      `operator: ${operatorJwt}\nsystem_account: ${system.getPublicKey()}\nresolver: MEMORY\n` +
        `resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`,
    );
    const credentialsFile = join(folder, 'deploy.creds');
    writeFileSync(credentialsFile, fmtCreds(userJwt, user));
    expect(await publishWith({ servers, login: { credentialsFile } })).toBe(1);
    expect(await reasonOf(publishWith({ servers }))).toBe('store_refused');
    const text = new TextDecoder().decode(fmtCreds(userJwt, user));
    for (const saved of [
      text.replaceAll('\n', '\r\n'),
      text.replaceAll('\n', '\r'),
      `\uFEFF${text}`,
      Buffer.from(`\uFEFF${text}`, 'utf16le'),
    ]) {
      writeFileSync(credentialsFile, saved);
      expect(await publishWith({ servers, login: { credentialsFile } })).toBe(1);
    }
    const option = 'login.credentialsFile';
    for (const damaged of [
      'not credentials',
      Buffer.from(text, 'utf16le'),
      Buffer.of(0xff, 0x80),
      text.replace(/^SU\w{56}$/m, `SU${'A'.repeat(56)}`),
    ]) {
      writeFileSync(credentialsFile, damaged);
      expect(await reasonOf(publishWith({ servers, login: { credentialsFile } }))).toBe(option);
    }
    expect(await reasonOf(publishWith({ servers, login: { credentialsFile: join(folder, 'nothing') } }))).toBe(option);
  });

  test('with a client certificate, over TLS', async ({ startNats }) => {
    const files = await makeCertificates();
    const { url, folder } = await startNats((folder) => {
      for (const [name, pem] of Object.entries(files)) writeFileSync(join(folder, name), pem);
      const path = (name: string) => JSON.stringify(join(folder, name));
      return `tls { cert_file: ${path('server.crt')}, key_file: ${path('server.key')}, ca_file: ${path('ca.crt')}, verify: true }`;
    });
    const servers = url.replace('nats://127.0.0.1', 'tls://localhost');
    const path = (name: string) => join(folder, name);
    const tls = { caFile: path('ca.crt'), certFile: path('client.crt'), keyFile: path('client.key') };
    expect(await publishWith({ servers, tls })).toBe(1);
    expect(await reasonOf(publishWith({ servers, tls: { ...tls, caFile: path('client.crt') } }))).toBe('store_refused');
    expect(await reasonOf(publishWith({ servers, tls: { caFile: path('ca.crt') }, timeoutMs: 1_000 }))).toMatch(
      /^store_/,
    );
    expect(await reasonOf(publishWith({ servers, tls: { ...tls, certFile: undefined } }))).toBe('tls');
    expect(await reasonOf(publishWith({ servers, tls: { ...tls, caFile: path('nothing') } }))).toBe('tls.caFile');
  });

  test('refuses a server without TLS if `tls` is set', async ({ startNats }) => {
    const { url: servers } = await startNats();
    expect(await reasonOf(publishWith({ servers, tls: {} }))).toBe('store_refused');
  });
});

test('refuses a login without the permissions for JetStream', async ({ startNats }) => {
  const { url: servers } = await startNats(
    `authorization { users: [{ user: a, password: "${secret}", permissions: { publish: { deny: "$JS.API.>" } } }] }`,
  );
  const publishing = publishWith({ servers, login: { user: 'a', password: secret }, timeoutMs: 1_000 });
  expect(await reasonOf(publishing)).toMatch(/^store_/);
});

test('gives up after `timeoutMs` if the server is down or sends nothing', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const begun = performance.now();
  expect(await reasonOf(publishWith({ servers: `nats://127.0.0.1:${port}`, timeoutMs: 500 }))).toBe(
    'store_unavailable',
  );
  silent.close();
  expect(await reasonOf(publishWith({ servers: `nats://127.0.0.1:${port}`, timeoutMs: 500 }))).toBe(
    'store_unavailable',
  );
  expect(performance.now() - begun).toBeLessThan(60_000);
});

/** A certificate authority, and certificates that it signed for a server on localhost and for a client. */
async function makeCertificates() {
  const options = { keyType: 'ec', algorithm: 'sha256' } as const;
  const ca = await selfsigned.generate([{ name: 'commonName', value: 'torii test authority' }], {
    ...options,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true },
    ],
  });
  const sign = (name: string, usage: { serverAuth?: boolean; clientAuth?: boolean }) =>
    selfsigned.generate([{ name: 'commonName', value: name }], {
      ...options,
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: 'extKeyUsage', ...usage },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
  const [server, client] = [await sign('server', { serverAuth: true }), await sign('client', { clientAuth: true })];
  return {
    'ca.crt': ca.cert,
    'server.crt': server.cert,
    'server.key': server.private,
    'client.crt': client.cert,
    'client.key': client.private,
  };
}
