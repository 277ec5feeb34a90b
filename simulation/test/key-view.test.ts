import { expect, test } from 'vitest';
import { readingOf } from '../src/scenarios/keys/fetch-book.ts';
import { KeyView } from '../src/scenarios/keys/key-view.ts';
import { goodToken } from '../src/scenarios/keys/tokens.ts';
import type { WaitingAsk } from '../src/scenarios/keys/unknown-keys.ts';
import { startScript } from '../src/script.ts';
import { epochMs } from '../src/world/virtual-process.ts';

test('answers to old requests do not hide that a newer search found nothing', async () => {
  const script = await startScript('core');
  const { world, process } = script;
  const view = new KeyView(world, process, 0, false);
  const seconds = epochMs / 1000;
  const token = goodToken({ issuer: 0, key: 0, user: 0, times: { iat: seconds, exp: seconds + 3600 } });
  const ask = (): WaitingAsk => ({
    token,
    begun: readingOf(world, process),
    clockChanges: process.clockChanges,
    wasUnknown: true,
    needsNoWait: false,
    hadKeys: true,
    wasSuspicious: false,
    mustPause: false,
  });
  const old = Array.from({ length: 100 }, ask);
  process.setWallClock(60_000);
  await script.pass(700);
  view.onAnswer(ask(), true, true);
  for (const each of old) view.onAnswer(each, true, false);
  expect(view.unknown.isSuspicious()).toBe(true);
});
