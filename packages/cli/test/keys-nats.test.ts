import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyIdOf } from '@torii/streams';
import { expect } from 'vitest';
import { startGateway } from '../../streams/test/gateway.ts';
import { makeKeyPair } from '../../streams/test/key-pairs.ts';
import { natsTest as test } from '../../streams/test/nats-server.ts';
import { runCommand, startCommand, temporaryFolder } from './command.ts';
import { startOnTerminal } from './terminal.ts';

const old = makeKeyPair();
const next = makeKeyPair();
const [oldId, nextId] = [keyIdOf(old.publicPem), keyIdOf(next.publicPem)];

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

test('publishes the key, shows the plan first, and does it again without a question', async ({ startNats }) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  const asked = await runCommand(['keys', 'publish', 'old.pem'], start);
  expect([asked.code, asked.stdout]).toEqual([2, '']);
  expect(asked.stderr).toMatch(/slot +TC_PUBKEYS\/rails_public_key\nholds +nothing\nwill hold +/);
  expect(asked.stderr).toContain('give --yes');

  const { code, stdout } = await runCommand(['keys', 'publish', 'old.pem', '--yes', '--json'], start);
  expect([code, JSON.parse(stdout)]).toEqual([0, { revision: 1, changed: true, keyId: oldId, served: null }]);
  const again = await runCommand(['keys', 'publish', 'old.pem'], start);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('no, it was there') });
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
    await terminal.shows('Publish it? [y/N]');
    terminal.type(`${answer}\r`);
    expect(await terminal.ended).toBe(code);
    expect(terminal.text()).toContain(nextId);
    expect(terminal.text()).not.toContain('PRIVATE');
  }
});

test('leaves another key alone, and replaces the one that may go', async ({ startNats }) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  await runCommand(['keys', 'publish', 'old.pem', '--yes'], start);
  const taken = await runCommand(['keys', 'publish', 'next.pem'], start);
  expect([taken.code, taken.stdout]).toEqual([1, '']);
  expect(taken.stderr).toMatch(
    /another key stands there, and is left alone\n[\s\S]*torii: TC_PUBKEYS\/rails_public_key holds the key/,
  );
  const { code, stdout } = await runCommand(['keys', 'publish', 'next.pem', '--replaces', 'old.pem', '--yes'], start);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/key +[\w-]+\nrevision +2\nchanged +yes\n/)]);
});

test('logs in as the environment says, and not otherwise', async ({ startNats }) => {
  const { url } = await startNats('authorization { user: deploy, password: "correct horse" }');
  const start = { folder: keyFolder() };
  const args = ['keys', 'publish', 'old.pem', '--yes', '--servers', url];
  const login = { NATS_USER: 'deploy', NATS_PASSWORD: 'correct horse' };
  const wrong = await runCommand(args, { ...start, environment: { ...login, NATS_PASSWORD: 'wrong horse' } });
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('NATS refused the login')]);
  expect(wrong.stderr).not.toContain('horse');
  expect(await runCommand(args, { ...start, environment: login })).toMatchObject({ code: 0 });
});

test('says that the gateway goes by something else', async ({ startNats }) => {
  const { url } = await startNats();
  await using gateway = await startGateway({ servers: url, file: next.publicPem });
  const args = ['keys', 'publish', 'old.pem', '--yes', '--gateway', gateway.url, '--servers', url];
  const { code, stdout, stderr } = await runCommand(args, { folder: keyFolder() });
  expect([code, stdout]).toEqual([1, expect.stringContaining('uses another key')]);
  expect(stderr).toContain('TURBOCABLE_JWT_PUBLIC_KEY_PATH');
});

test('rotates, killed in the middle and run again', { timeout: 60_000 }, async ({ startNats }) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  await runCommand(['keys', 'publish', 'old.pem', '--yes'], start);
  await using gateway = await startGateway({ servers: url });
  await expect.poll(() => gateway.pem, { timeout: 10_000 }).toBe(old.publicPem);
  const keys = ['--from', 'old.pem', '--to', 'next.private.pem', '--gateway', gateway.url];
  const args = ['keys', 'rotate', '--max-ttl', '6', '--yes', ...keys];

  const asked = await runCommand(
    args.filter((arg) => arg !== '--yes'),
    start,
  );
  expect([asked.code, asked.stderr]).toEqual([2, expect.stringMatching(/› begin [\s\S]*give --yes/)]);

  const killed = startCommand(args, start);
  killed.stderr.on('data', (text: string) => {
    if (text.includes('drain tokens live')) killed.kill('SIGKILL');
  });
  expect((await killed.ended).code).toBe('SIGKILL');
  expect(gateway.pem).toBe(old.publicPem);

  const once = await runCommand([...args, '--once', '--json'], start);
  expect(once.code).toBe(0);
  expect(['drain', 'done']).toContain(JSON.parse(once.stdout).step);
  const { code, stdout, stderr } = await runCommand(args, start);
  expect([code, stdout]).toEqual([0, 'step  done\nwait  0 s\n']);
  expect(stderr).toMatch(/^done$|✓ confirm/m);
  expect(gateway.pem).toBe(next.publicPem);
  expect(
    await runCommand(
      args.filter((arg) => arg !== '--yes'),
      start,
    ),
  ).toMatchObject({ code: 0 });
});

test('is interrupted while it waits, with 130, and can be given up', { timeout: 60_000 }, async ({
  startNats,
  skip,
}) => {
  const { url } = await startNats();
  const start = { folder: keyFolder(), environment: { NATS_URL: url } };
  await runCommand(['keys', 'publish', 'old.pem', '--yes'], start);
  await using gateway = await startGateway({ servers: url });
  await expect.poll(() => gateway.pem, { timeout: 10_000 }).toBe(old.publicPem);
  const args = ['keys', 'rotate', '--from', 'old.pem', '--to', 'next.pem', '--gateway', gateway.url];
  const terminal = await startOnTerminal({ skip }, args, { ...start, columns: 60 });
  await terminal.shows('shall it begin? [y/N]');
  terminal.type('y\r');
  await terminal.shows(/drain .*\d+\/8640\d/);
  await sleep(100);
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(await runCommand([...args, '--cancel', '--yes'], start)).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Given up'),
  });
  expect(gateway.pem).toBe(old.publicPem);
});
