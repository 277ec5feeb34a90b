// The part of the tour that needs a NATS server: stream tokens, a gateway that checks them for WebSockets, a key rotation.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Emulator } from '@torii/emulator';
import getPort from 'get-port';
import { findProgram } from '../../../scripts/programs.ts';
import { startServer } from './servers.ts';
import type { Step } from './tour.ts';

export const streamPlaces = ['app', 'gateway'] as const;

/** Why the streams part is skipped, or `undefined` if it can run. */
export function whyNoStreams(): string | undefined {
  if (findProgram('nats-server') !== undefined) return undefined;
  return 'Skipping streams: nats-server is not installed (Debian, Ubuntu: apt-get install nats-server)';
}

/** Creates tokens, connects, rotates the key and connects again. Stops everything that it started. */
export async function takeStreamsTour(emulator: Emulator): Promise<readonly Step[]> {
  await using nats = await startNats();
  const [gatewayPort, appPort] = [await getPort({ host: '127.0.0.1' }), await getPort({ host: '127.0.0.1' })];
  const environment = {
    TORII_ISSUER: emulator.issuer,
    NATS_URL: nats.url,
    GATEWAY_URL: `http://127.0.0.1:${gatewayPort}`,
    TURBOCABLE_JWT_PRIVATE_KEY: makeKey(),
    NEXT_STREAM_KEY: makeKey(),
  };
  const gateway = await startServer(
    { name: 'gateway', file: streamsFile('gateway') },
    { port: gatewayPort, environment },
  );
  const app = await startServer({ name: 'streams app', file: streamsFile('server') }, { port: appPort, environment });
  try {
    return await callAll(emulator, app.url, gateway.url, () => rotate(environment));
  } finally {
    await Promise.all([app.stop(), gateway.stop()]);
  }
}

async function callAll(
  emulator: Emulator,
  app: string,
  gateway: string,
  rotateKey: () => Promise<string>,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const note = (place: (typeof streamPlaces)[number], sent: string, expected: string, answer: string) => {
    steps.push({ sent, expected, answers: new Map([[place, answer]]) });
  };
  const authorization = `Bearer ${await emulator.token()}`;
  const askForToken = async (sent: string, expected: string, headers: Record<string, string>) => {
    const response = await fetch(`${app}/stream-token`, {
      method: 'POST',
      headers,
      signal: AbortSignal.timeout(60_000),
    });
    const body = (await response.json()) as { token?: string; error?: { reason: string } };
    note('app', sent, expected, [response.status, body.error?.reason].filter((part) => part !== undefined).join(' '));
    return body.token ?? '';
  };
  const connect = async (sent: string, expected: string, token: string, stream = 'chat_1') => {
    const socket = await open(`${gateway.replace('http', 'ws')}/cable?token=${token}&stream=${stream}`);
    note('gateway', sent, expected, stateOf(socket));
    return socket;
  };

  await askForToken('POST /stream-token without a token', '401 token_missing', {});
  const before = await askForToken('POST /stream-token with a token', '200', { authorization });
  const socket = await connect('a WebSocket to chat_1 with that token', 'open', before);
  await connect('… to another stream', 'refused', before, 'admin_1');
  await connect('… without a token', 'refused', '');
  note('gateway', 'rotate the key', 'new key', await rotateKey());
  note('gateway', 'the socket that was already open', 'open', stateOf(socket));
  await connect('a reconnect with the old token', 'refused', before);
  const after = await askForToken('POST /stream-token again', '200', { authorization });
  const fresh = await connect('a reconnect with a new token', 'open', after);
  for (const each of [socket, fresh]) each.close();
  return steps;
}

async function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await new Promise((resolve) => {
    for (const event of ['open', 'error']) socket.addEventListener(event, resolve, { once: true });
  });
  return socket;
}

function stateOf(socket: WebSocket): string {
  return socket.readyState === WebSocket.OPEN ? 'open' : 'refused';
}

/**
 * Runs the rotation, which waits MAX_TTL_SECONDS until old tokens have expired: one second in this tour, not an hour.
 */
async function rotate(environment: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, ['--conditions=@torii/source', streamsFile('rotate')], {
    env: { ...process.env, ...environment, MAX_TTL_SECONDS: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.on('exit', () => child.kill('SIGKILL'));
  const [code] = await once(child, 'exit');
  return code === 0 ? 'new key' : `exit code ${code}`;
}

async function startNats(): Promise<AsyncDisposable & { readonly url: string }> {
  const [port, folder] = [await getPort({ host: '127.0.0.1' }), mkdtempSync(join(tmpdir(), 'torii-tour-'))];
  const program = findProgram('nats-server') ?? 'nats-server';
  const child = spawn(program, ['-js', '-sd', folder, '-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  process.on('exit', () => child.kill('SIGKILL'));
  return {
    url: `nats://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function streamsFile(name: string): string {
  return fileURLToPath(new URL(`../../streams/src/${name}.ts`, import.meta.url));
}
