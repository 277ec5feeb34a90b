import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, vi } from 'vitest';
import { makeKeyPair } from '../../../packages/streams/test/key-pairs.ts';
import { natsTest as test } from '../../../packages/streams/test/nats-server.ts';

const gateway = fileURLToPath(new URL('../src/gateway.ts', import.meta.url));

afterEach(() => vi.unstubAllEnvs());

/** The first line of the response, or why there is none. */
function ask(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', ({ message }) => resolve(message)).on('close', () => resolve('connection closed'));
    socket.on('data', (data) => resolve(String(data).split('\r\n')[0] ?? ''));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  });
}

test('no request crashes the gateway', async ({ startNats }) => {
  const { url } = await startNats();
  const child = spawn(process.execPath, ['--conditions=@torii/source', gateway], {
    env: { ...process.env, NATS_URL: url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [output] = await once(child.stdout, 'data');
    const port = Number(/:(\d+)\s*$/.exec(String(output))?.[1]);
    for (const path of ['/cable', '//', 'http://[', '/cable?token=a.b.c']) {
      expect(await ask(port, path)).toBe('HTTP/1.1 401 Unauthorized');
    }
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});

test('nodes mint no token that lives longer than the rotation waits', async () => {
  vi.stubEnv('MAX_TTL_SECONDS', '60');
  vi.stubEnv('TURBOCABLE_JWT_PRIVATE_KEY', makeKeyPair().privatePem);
  const { createSigner } = await import('../src/signer.ts');
  const request = { subject: 'ada', allowedStreams: ['chat_*'] };
  await createSigner().issue({ ...request, ttlSeconds: 60 });
  await expect(createSigner().issue({ ...request, ttlSeconds: 61 })).rejects.toMatchObject({
    reason: 'lifetime_invalid',
  });
});
