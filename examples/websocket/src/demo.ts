// Runs the chat with a local Torii: Ada and Bob talk, then Ada is banned.
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createToriiClient } from '@torii/api';
import { startEmulator } from '@torii/emulator';
import getPort from 'get-port';
import { connectChat } from './client.ts';

const port = await getPort({ port: 3000, host: '127.0.0.1' });
const emulator = await startEmulator({ webhooks: [{ url: `http://127.0.0.1:${port}/webhooks` }] });
const server = spawn(process.execPath, ['--conditions=@torii/source', join(import.meta.dirname, 'server.ts')], {
  env: {
    ...process.env,
    PORT: String(port),
    TORII_ISSUER: emulator.issuer,
    TORII_ENVIRONMENT_ID: emulator.environmentId,
    TORII_WEBHOOK_SECRET: emulator.webhookSecret,
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.on('exit', () => server.kill());
process.stdout.write(String(await once(server.stdout, 'data')));

const ada = await enter('Ada');
const bob = await enter('Bob');
ada.client.say('Hello, Bob.');
await once(bob.events, 'said');

const torii = createToriiClient({ secretKey: emulator.secretKey, apiUrl: emulator.apiUrl });
const bannedAt = performance.now();
await Promise.all([once(ada.events, 'closed'), torii.users.ban(ada.userId)]);
console.log(`Ada was banned, and her socket closed, within ${Math.round(performance.now() - bannedAt)} ms.`);

bob.client.say('Ada?');
await once(bob.events, 'said');
bob.client.close();
server.kill();
await emulator.stop();

/** Signs a new user in to the chat, and prints what happens. */
async function enter(name: string) {
  const { id: userId } = await emulator.createUser({ firstName: name });
  const events = new EventEmitter();
  const client = connectChat({
    url: `ws://127.0.0.1:${port}/chat`,
    getToken: () => emulator.token({ user: userId }),
    onSignedIn: () => events.emit('signed in'),
    onSaid: (_userId, text) => {
      console.log(`${name} hears: ${text}`);
      events.emit('said');
    },
    onClosed: (reason, isSignedOut) => {
      console.log(`${name} is ${isSignedOut ? `signed out: ${reason}` : 'gone'}`);
      events.emit('closed');
    },
  });
  await once(events, 'signed in');
  return { userId, client, events };
}
