import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, MiddlewareHandler } from 'hono';
import { Problem } from '../http/problem.ts';
import { sleep } from '../real-timers.ts';
import type { Faults, Surface } from './faults.ts';

export function injectFaults(surface: Surface, faults: Faults): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    const fault = faults.take(surface);
    switch (fault?.kind) {
      case 'fail':
        throw new Problem(fault.status, 'fault_injected', 'This error was injected with fail().', fault);
      case 'delay':
        await sleep(fault.delayMs);
        return next();
      case 'cut':
        if (fault.at !== 'request') await next();
        if (fault.at === 'body') await sendHalf(c);
        return cut(c);
      default:
        return next();
    }
  };
}

/** Sends half of the body with the Content-Length of the whole body, so that the client detects the missing half. */
async function sendHalf(c: Context<{ Bindings: HttpBindings }>): Promise<void> {
  const body = Buffer.from(await c.res.arrayBuffer());
  const headers = { ...Object.fromEntries(c.res.headers), 'content-length': String(body.length) };
  c.env.outgoing.writeHead(c.res.status, headers);
  await new Promise<void>((resolve) => {
    c.env.outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => resolve());
  });
}

function cut(c: Context<{ Bindings: HttpBindings }>): void {
  c.env.incoming.socket.destroy();
  // Prevents @hono/node-server from sending a response on the closed connection.
  c.res = undefined;
  c.res = RESPONSE_ALREADY_SENT;
}
