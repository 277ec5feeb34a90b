import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getKeyId } from '@torii/streams';
import { expect } from 'vitest';
import { startGateway } from '../../streams/test/gateway.ts';
import { makeKeyPair } from '../../streams/test/key-pairs.ts';
import { natsTest as test } from '../../streams/test/nats-server.ts';
import { patience, runCommand, startCommand, temporaryFolder } from './command.ts';
import { clockAhead, fastClock } from './other-clock.ts';
import { startOnTerminal } from './terminal.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const [oldId, nextId] = [getKeyId(old.publicPem), getKeyId(next.publicPem)];

function keyFolder(): string {
  const folder = temporaryFolder();
  for (const [name, pem] of Object.entries({
    'old.pem': old.publicPem,
    'next.pem': next.publicPem,
    'next.private.pem': next.privatePem,
  })) {
    writeFileSync(join(folder, name), pem);
  }
  return folder;
}

test('shows the plan and publishes the key, and does not ask when the key is already published', async ({
  startNats,
}) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  const asked = await runCommand(['keys', 'publish', 'old.pem'], start);
  expect([asked.code, asked.stdout]).toEqual([2, '']);
  expect(asked.stderr).toContain('TC_PUBKEYS/rails_public_key');
  expect(asked.stderr).toContain(oldId);
  expect(asked.stderr).toContain('--yes');

  const { code, stdout } = await runCommand(['keys', 'publish', 'old.pem', '--yes', '--json'], start);
  expect([code, JSON.parse(stdout)]).toEqual([0, { revision: 1, changed: true, keyId: oldId, served: null }]);
  const again = await runCommand(['keys', 'publish', 'old.pem', '--json'], start);
  expect([again.code, JSON.parse(again.stdout)]).toEqual([0, expect.objectContaining({ changed: false })]);
});

test('asks on a terminal before it publishes', async ({ startNats, skip }) => {
  const { url } = await startNats();
  const environment = { TURBOCABLE_JWT_PRIVATE_KEY: next.privatePem.replaceAll('\n', '\\n') };
  const args = ['keys', 'publish', '--servers', url];
  for (const [answer, code] of [
    ['n', 1],
    ['y', 0],
  ] as const) {
    const terminal = await startOnTerminal({ skip }, args, { environment, columns: 40 });
    await terminal.shows('[y/N]');
    terminal.type(`${answer}\r`);
    expect(await terminal.ended).toBe(code);
    expect(terminal.text()).toContain(nextId);
    expect(terminal.text()).not.toContain('PRIVATE');
  }
});

test('does not replace another key unless --replaces names it', async ({ startNats }) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  await runCommand(['keys', 'publish', 'old.pem', '--yes'], start);
  const taken = await runCommand(['keys', 'publish', 'next.pem'], start);
  expect([taken.code, taken.stdout]).toEqual([1, '']);
  expect(taken.stderr).toMatch(/^torii: .*TC_PUBKEYS\/rails_public_key/m);
  const { code, stdout } = await runCommand(['keys', 'publish', 'next.pem', '--replaces', 'old.pem', '--yes'], start);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/key\t[\w-]+\nrevision\t2\nchanged\tyes\n/)]);
});

test('logs in with the credentials of the environment, and fails with wrong ones', async ({ startNats }) => {
  const { url } = await startNats('authorization { user: deploy, password: "correct horse" }');
  const start = { folder: keyFolder() };
  const args = ['keys', 'publish', 'old.pem', '--yes', '--servers', url];
  const login = { NATS_USER: 'deploy', NATS_PASSWORD: 'correct horse' };
  const wrong = await runCommand(args, { ...start, environment: { ...login, NATS_PASSWORD: 'wrong horse' } });
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/^torii: .*NATS/m)]);
  expect(wrong.stderr).not.toContain('horse');
  expect(await runCommand(args, { ...start, environment: login })).toMatchObject({ code: 0 });
});

test('reports that the gateway uses another key', async ({ startNats }) => {
  const { url } = await startNats();
  await using gateway = await startGateway({ servers: url, file: next.publicPem });
  const args = ['keys', 'publish', 'old.pem', '--yes', '--json', '--gateway', gateway.url, '--servers', url];
  // The command asks the gateway for five seconds.
  const { code, stdout, stderr } = await runCommand(args, { folder: keyFolder(), environment: fastClock(20) });
  expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ served: false })]);
  expect(stderr).toContain('TURBOCABLE_JWT_PUBLIC_KEY_PATH');
});

test('completes a rotation that was killed in the middle and run again', async ({ startNats }) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  await runCommand(['keys', 'publish', 'old.pem', '--yes'], start);
  await using gateway = await startGateway({ servers: url });
  await expect.poll(() => gateway.pem, patience).toBe(old.publicPem);
  const keys = ['--from', 'old.pem', '--to', 'next.private.pem', '--gateway', gateway.url];
  const args = ['keys', 'rotate', '--max-ttl', '3600', '--yes', ...keys];

  const asked = await runCommand(
    args.filter((arg) => arg !== '--yes'),
    start,
  );
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringMatching(/begin[\s\S]*--yes/)]);

  const killed = startCommand(args, start);
  let said = '';
  killed.stderr.on('data', (text: string) => {
    said += text;
    // The plan is indented. This line without indentation reports that the step has started.
    if (/^drain\b/m.test(said)) killed.kill('SIGKILL');
  });
  expect((await killed.ended).code).toBe('SIGKILL');
  expect(gateway.pem).toBe(old.publicPem);

  const once = await runCommand([...args, '--once', '--json'], start);
  expect([once.code, JSON.parse(once.stdout).step]).toEqual([0, 'drain']);
  const afterDrain = { ...start, environment: { ...start.environment, ...clockAhead(3_610) } };
  const { code, stdout, stderr } = await runCommand(args, afterDrain);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^step\tdone\n/)]);
  expect(stderr).toMatch(/done|confirm/);
  expect(gateway.pem).toBe(next.publicPem);
  expect(
    await runCommand(
      args.filter((arg) => arg !== '--yes'),
      start,
    ),
  ).toMatchObject({ code: 0 });
});

test('exits with 130 if it is interrupted while it waits, and can be canceled', async ({ startNats, skip }) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  await runCommand(['keys', 'publish', 'old.pem', '--yes'], start);
  await using gateway = await startGateway({ servers: url });
  await expect.poll(() => gateway.pem, patience).toBe(old.publicPem);
  const args = ['keys', 'rotate', '--from', 'old.pem', '--to', 'next.pem', '--gateway', gateway.url];
  const terminal = await startOnTerminal({ skip }, args, { ...start, columns: 60 });
  await terminal.shows('[y/N]');
  terminal.type('y\r');
  await terminal.shows(/drain .*\b[1-9]\d*\/8640\d/);
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(await runCommand([...args, '--cancel', '--yes'], start)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/.\n$/),
  });
  expect(gateway.pem).toBe(old.publicPem);
});
