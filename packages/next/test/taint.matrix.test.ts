import { startEmulator } from '@torii/emulator';
import { afterAll, expect, test } from 'vitest';
import { cookie, html, send } from './raw.ts';
import { buildLimitMs, startApp } from './running-app.ts';

const emulator = await startEmulator({ tokenLifetimeSeconds: 86_400 });
afterAll(() => emulator.stop());

test(
  "[16] with React's taint, a token in the props of a client component is an error, and is not sent",
  async () => {
    await using app = await startApp('Next 16 in src with taint', { issuer: emulator.issuer });
    const token = await emulator.token();
    const rsc = [['RSC', '1']] as const;
    for (const headers of [[html], rsc]) {
      const { body } = await send(app.url, '/leak', { headers: [cookie(token), ...headers] });
      expect(body).not.toContain(token.split('.')[2]);
    }
    expect(app.output()).toContain('Do not pass a token to a client component');
    expect(app.output()).not.toContain(token.split('.')[2]);
    const page = await send(app.url, '/private', { headers: [html, cookie(token)] });
    expect([page.status, page.body.includes('protected-bytes')]).toEqual([200, true]);
  },
  buildLimitMs,
);
