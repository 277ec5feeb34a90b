// The process of an app, watched from outside while its NATS server goes away, in every way.
import { describe } from 'vitest';
import { natsTest as test } from './nats-server.ts';
import { expectToSurvive, outages } from './outages.ts';

describe.each(Object.entries(outages))('[38] NATS is %s', (_how, outage) => {
  test('while the app is idle', async ({ startNats }) => {
    await expectToSurvive(await startNats(), outage, false);
  });

  test('during requests', async ({ startNats }) => {
    await expectToSurvive(await startNats(), outage, true);
  });
});
