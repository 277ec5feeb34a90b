import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { type Emulator, startEmulator } from '@torii/emulator';
import { requireAuth } from '@torii/express';
import express from 'express';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { listen, send } from '../../../scripts/http-exchange.ts';

let emulator: Emulator;
const started: Server[] = [];
beforeAll(async () => {
  emulator = await startEmulator({ environments: [{ name: 'preview' }] });
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of started.splice(0)) server.close();
});
afterAll(() => emulator.stop());

/** Starts the example as a deployment with these variables, and returns its URL. */
async function deploy(variables: Readonly<Record<string, string | undefined>>): Promise<string> {
  vi.resetModules();
  for (const [name, value] of Object.entries({ PORT: '0', ...variables })) vi.stubEnv(name, value);
  const { server } = await import('../src/previews.ts');
  started.push(server);
  if (!server.listening) await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/me`;
}

const production = () => ({
  TORII_ISSUER: emulator.issuer,
  TORII_ENVIRONMENT_ID: emulator.environmentId,
  WEB_ORIGINS: 'https://app.example.com',
});
const previewOf = (number: number) => {
  const { issuer, environmentId } = emulator.environment('preview');
  return { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, WEB_ORIGINS: `https://pr-${number}.example.com` };
};

async function reasonAt(url: string, token: string): Promise<string | undefined> {
  const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  return response.ok ? undefined : (await response.json()).error.reason;
}

test('production refuses the tokens of previews, and previews those of production', async () => {
  const tokens = { production: await emulator.token(), preview: await emulator.environment('preview').token() };
  const live = await deploy(production());
  expect([await reasonAt(live, tokens.production), await reasonAt(live, tokens.preview)]).toEqual([
    undefined,
    'issuer_refused',
  ]);
  const preview = await deploy(previewOf(1));
  expect([await reasonAt(preview, tokens.preview), await reasonAt(preview, tokens.production)]).toEqual([
    undefined,
    'issuer_refused',
  ]);
});

test('refuses another environment of the same issuer', async () => {
  const url = await deploy(production());
  expect(await reasonAt(url, await emulator.token({ environmentId: 'env_other' }))).toBe('environment_refused');
});

test('a preview accepts only its own page', async () => {
  const url = await deploy(previewOf(1));
  const allowedFor = async (origin: string) =>
    (await fetch(url, { headers: { Origin: origin } })).headers.get('access-control-allow-origin');
  expect(await allowedFor('https://pr-1.example.com')).toBe('https://pr-1.example.com');
  for (const other of [
    'https://pr-2.example.com',
    'https://app.example.com',
    'https://pr-1.example.com.evil.example',
  ]) {
    expect(await allowedFor(other)).toBeNull();
  }
});

test.each(['TORII_ISSUER', 'TORII_ENVIRONMENT_ID', 'WEB_ORIGINS'])('does not start without %s', async (name) => {
  await expect(deploy({ ...production(), [name]: undefined })).rejects.toThrow(`Set ${name}.`);
  await expect(deploy({ ...production(), [name]: '' })).rejects.toThrow(`Set ${name}.`);
});

test('a password of HTTP Basic on a preview takes the place of the token', async () => {
  const guard = requireAuth({ issuer: emulator.issuer, cookie: 'token' });
  await using server = await listen(express().use(guard, (_req, res) => void res.json({})));
  const cookie = ['Cookie', `token=${await emulator.token()}`] as const;
  expect((await send(server, '/', { headers: [cookie] })).status).toBe(200);
  const { status, text } = await send(server, '/', { headers: [cookie, ['Authorization', 'Basic dXNlcjpwYXNz']] });
  expect([status, JSON.parse(text).error.reason]).toEqual([401, 'scheme_unsupported']);
});
