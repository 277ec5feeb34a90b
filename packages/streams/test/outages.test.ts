// The process of an app, watched from outside while its NATS server goes away.
import { natsTest as test } from './nats-server.ts';
import { expectToSurvive, outages } from './outages.ts';

test('[38] NATS is killed while the app is idle: the app keeps running, and uses it again when it is back', async ({
  startNats,
}) => {
  await expectToSurvive(await startNats(), outages.killed, false);
});
