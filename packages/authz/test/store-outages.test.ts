// The process of an app, watched from outside while the server of its store goes away.
import { test } from 'vitest';
import { expectToRefuse, expectToWork, startApp } from './store-outages.ts';
import { type StoreName, startStore } from './store-servers.ts';

test.concurrent.for<StoreName>(['redis', 'memcached', 'postgres'])(
  '[38] %s is killed while the app is idle: the app keeps running, answers 503, and works again when it is back',
  async (name, context) => {
    const { expect } = context;
    await using server = await startStore(context, name);
    await using app = await startApp(name, server.port);
    await expectToWork(app, expect);
    await server.kill();
    await expectToRefuse(app, expect);
    await server.start();
    await expectToWork(app, expect);
    expect(app.end()).toBeNull();
  },
);
