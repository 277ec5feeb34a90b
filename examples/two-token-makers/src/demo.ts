// Takes one user through the three steps, with both providers on loopback.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startEmulator } from '@torii/emulator';
import { createApp } from './app.ts';
import { startProvider } from './provider.ts';
import { steps } from './verifier.ts';

const origin = 'https://app.example.com';
const torii = await startEmulator();
const provider = await startProvider(origin);
const tokens = { provider: await provider.token(), torii: await torii.token({ userId: 'ada' }) };
const accounts = [{ id: 'account-1', providerUserId: 'user_ada', toriiUserId: 'ada' }];

for (const step of steps) {
  const move = { step, torii: torii.issuer, provider: { ...provider, origin } };
  const server = createServer(createApp(move, accounts));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const [maker, token] of Object.entries(tokens)) {
    const { status } = await fetch(`${url}/me`, { headers: { Authorization: `Bearer ${token}` } });
    console.log(`step ${step}: a token of ${maker} gets ${status}`);
  }
  await new Promise((resolve) => server.close(resolve));
}
await provider.stop();
await torii.stop();
