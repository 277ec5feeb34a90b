import type { NextFetchEvent, NextRequest } from 'next/server.js';
import { createToriiNext, type ToriiNext, type ToriiNextOptions } from '../src/index.ts';
import { createToriiProxy, type ProxyFunction, type ProxyHandler } from '../src/server/proxy/proxy.ts';

export interface App extends ToriiNext {
  /** The app's proxy function. All share what the proxy remembers, whichever handler they have. */
  proxy(handler?: ProxyHandler): ProxyFunction;
}

/** The helpers of an app, and the function of its `proxy.ts`, made of the same options. */
export function createApp(options: ToriiNextOptions): App {
  const handlers = new WeakMap<NextRequest, ProxyHandler>();
  const run = createToriiProxy(options, (request, context) => handlers.get(request)?.(request, context));
  return {
    ...createToriiNext(options),
    proxy: (handler) => (request: NextRequest, event: NextFetchEvent) => {
      if (handler !== undefined) handlers.set(request, handler);
      return run(request, event);
    },
  };
}
