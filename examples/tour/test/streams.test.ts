import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requireProgram } from '../../../scripts/programs.ts';
import { firstPort } from './ports.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function takeTour(environment: NodeJS.ProcessEnv = {}): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@torii/source', main, '--once'], {
    encoding: 'utf8',
    env: { ...process.env, TOUR_PORT: String(firstPort), ...environment },
  });
  return { status, text: (stdout + stderr).replaceAll(/ +/g, ' ') };
}

test('shows a rotation of the stream key if nats-server is installed', (context) => {
  requireProgram(context, 'nats-server');
  const { status, text } = takeTour();
  expect(text).toContain('│ POST /stream-token with a token │ 200 │ ✓ 200 │ │');
  expect(text).toContain('│ a WebSocket to chat_1 with that token │ open │ │ ✓ open │');
  expect(text).toContain('│ … to another stream │ refused │ │ ✓ refused │');
  expect(text).toContain('│ the socket that was already open │ open │ │ ✓ open │');
  expect(text).toContain('│ a reconnect with the old token │ refused │ │ ✓ refused │');
  expect(text).toContain('│ a reconnect with a new token │ open │ │ ✓ open │');
  expect(text).not.toMatch(/eyJ|PRIVATE KEY/);
  expect(status).toBe(0);
});

test('skips streams and says so if nats-server is not installed', () => {
  const { status, text } = takeTour({ PATH: '/nowhere' });
  expect(text).toContain(
    '› Skipping streams: nats-server is not installed (Debian, Ubuntu: apt-get install nats-server)',
  );
  expect(text).not.toContain('/stream-token');
  expect(status).toBe(0);
});
