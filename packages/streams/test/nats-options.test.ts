import { createUser } from '@nats-io/nkeys';
import { expect, test } from 'vitest';
import { connectStore, type NatsOptions } from '../src/nats/index.ts';
import { makeKeyPair } from './key-pairs.ts';
import { reasonOf, secret } from './nats-refusals.ts';

const servers = 'nats://127.0.0.1:4';
test.each([
  [{ servers: undefined }, 'servers'],
  [{ servers: '' }, 'servers'],
  [{ servers: [] }, 'servers'],
  [{ servers: `nats://a:${secret}@127.0.0.1` }, 'servers'],
  [{ servers: `nats://a:${secret}%40127.0.0.1` }, 'servers'],
  [{ servers: `nats://a:${secret}\uff20127.0.0.1` }, 'servers'],
  [{ servers: `nats://127.0.0.1:4?password=${secret}` }, 'servers'],
  [{ servers: `nats://${secret}:a:b` }, 'servers'],
  [{ servers: 'nats://127.0.0.1:99999' }, 'servers'],
  [{ servers: 'wss://127.0.0.1:4' }, 'servers'],
  [{ servers: `${servers},nats://a:${secret}@127.0.0.1` }, 'servers'],
  [{ servers: `nats://a:${secret}@127.0.0.1, ${servers}` }, 'servers'],
  [{ servers: `nats://a:x,${secret},y@127.0.0.1` }, 'servers'],
  [{ servers: [servers, `${servers},${secret}:a:b`] }, 'servers'],
  [{ servers: `${servers},,${servers}` }, 'servers'],
  [{ servers: `${servers},` }, 'servers'],
  [{ servers: ',' }, 'servers'],
  [{ servers: ' ' }, 'servers'],
  [{ servers: `${servers};${servers}` }, 'servers'],
  [{ servers: `${servers} ${servers}` }, 'servers'],
  [{ servers: `${servers},https://127.0.0.1:4` }, 'servers'],
  [{ servers: 'tls://127.0.0.1:4,tls://127.0.0.2:4' }, 'servers'],
  [{ servers: `${servers},nats://nats.example.com`, login: { token: secret } }, 'tls'],
  [{ servers: 'https://127.0.0.1:4' }, 'servers'],
  [{ servers: ['tls://127.0.0.1:4', 'tls://127.0.0.2:4'] }, 'servers'],
  [{ servers: ['nats://nats.example.com', 'nats://127.0.0.1:4'], tls: {} }, 'servers'],
  [{ servers: 'nats://nats.example.com', login: { token: secret } }, 'tls'],
  [{ servers: [servers, 'nats://nats.example.com'], login: { user: 'a', password: secret } }, 'tls'],
  [{ servers: 'nats://127.example.com', login: { token: secret } }, 'tls'],
  [{ servers: 'nats://nats.localhost', login: { token: secret } }, 'tls'],
  [{ servers, plaintextLogin: 'yes' }, 'plaintextLogin'],
  [{ servers, login: Object.create({ token: secret }) }, 'token'],
  [{ servers, login: { token: secret, passwd: secret } }, 'passwd'],
  [{ servers, login: { token: secret, password: secret } }, 'login'],
  [{ servers, login: [] }, 'login'],
  [{ servers, login: null }, 'login'],
  [{ servers, tls: Object.create({ caFile: 'ca.pem' }) }, 'caFile'],
  [{ servers, tls: 'yes' }, 'tls'],
  [{ servers, tls: { caFile: 7 } }, 'tls.caFile'],
  [{ servers, login: {} }, 'login'],
  [{ servers, login: { user: '', password: secret } }, 'login.user'],
  [{ servers, login: { user: 'a', password: undefined } }, 'login.password'],
  [{ servers, login: { user: 'a', password: secret, token: secret } }, 'login'],
  [{ servers, login: { token: '' } }, 'login.token'],
  [{ servers, login: { nkeySeed: 'UA' } }, 'login.nkeySeed'],
  [{ servers, login: { credentialsFile: '' } }, 'login.credentialsFile'],
  [{ servers, tls: { cert: 'x' } }, 'cert'],
  [{ servers, timeoutMs: 0 }, 'timeoutMs'],
] as const)('refuses the options %j without quoting them (statement 16)', async (options, option) => {
  expect(await reasonOf(connectStore(options as NatsOptions))).toBe(option);
});

const login = (credentialsFile: string): Partial<NatsOptions> => ({ login: { credentialsFile } });
const keyText = makeKeyPair().privatePem.replaceAll('\n', `\n${secret}`);

test.each<[string, Partial<NatsOptions>, string]>([
  ['a seed', login(new TextDecoder().decode(createUser().getSeed())), 'login.credentialsFile'],
  ['credentials', login(`-----BEGIN NATS USER JWT-----\n${secret}`), 'login.credentialsFile'],
  ['a JWT', login(`eyJ${secret}`), 'login.credentialsFile'],
  ['a private key', { tls: { caFile: keyText } }, 'tls.caFile'],
  ['a private key in one line', { tls: { caFile: keyText.replaceAll('\n', '\\n') } }, 'tls.caFile'],
  ['a secret', login(secret), 'login.credentialsFile'],
  ['a secret that is too long for a path', login(secret.repeat(500)), 'login.credentialsFile'],
  ['a secret with a NUL, which is not valid in a path', login(`${secret}\0`), 'login.credentialsFile'],
  ['a secret as part of a path of certificates', { tls: { caFile: `${secret}/nothing` } }, 'tls.caFile'],
])('refuses %s in place of a path, without quoting it (statement 16)', async (_kind, options, option) => {
  const connecting = connectStore({ servers, ...options });
  await expect(connecting).rejects.toMatchObject({ code: 'configuration_invalid', option });
  await expect(connecting).rejects.not.toHaveProperty('cause');
  await reasonOf(connecting);
});

test('refuses a seed with a wrong checksum before it connects', async () => {
  const connecting = connectStore({ servers, login: { nkeySeed: `SU${'A'.repeat(56)}` } });
  await expect(connecting).rejects.toMatchObject({ option: 'login.nkeySeed' });
  await reasonOf(connecting);
});

test('says which of several addresses is wrong', async () => {
  const connecting = connectStore({ servers: `${servers}, nats://a:${secret}@127.0.0.1, ${servers}` });
  await expect(connecting).rejects.toMatchObject({ option: 'servers', message: expect.stringContaining('2 of 3') });
  await reasonOf(connecting);
});
