import { createTokenVerifier } from '@torii/core';
import { createRevocations } from '../src/create-revocations.ts';
import type { RevocationEvent } from '../src/events.ts';
import { natsFeed } from '../src/nats/index.ts';
import type { Revocations } from '../src/revocations.ts';
import type { NatsServer } from './nats-server.ts';
import { environmentId, issuer, keys } from './tokens.ts';

export const bucket = 'revocations';
const running: Revocations[] = [];

/** Closes all servers of a test. */
export async function leave(): Promise<void> {
  for (const revocations of running.splice(0)) await revocations.close();
}

/** Starts a server of the fleet. */
export async function join(server: NatsServer) {
  const events: RevocationEvent[] = [];
  const feed = natsFeed(await server.connect(), { bucket, timeoutMs: 1_000 });
  const onEvent = (event: RevocationEvent): void => void events.push(event);
  const revocations = createRevocations({ issuer, environmentId, feed, maxStaleSeconds: 5, onEvent });
  running.push(revocations);
  const verifier = createTokenVerifier({ issuer, keys, revocations });
  const ask = (token: string): Promise<string> =>
    verifier.verify(token).then(
      () => 'accepted',
      (error: unknown) => String(Reflect.get(Object(error), 'reason')),
    );
  return { revocations, ask, events };
}
