import { createVerifier, type Verifier } from '@torii/core';
import { expect, onTestFinished } from 'vitest';
import { createRevocations, type RevocationEvent, type Revocations } from '../src/index.ts';
import { type RedisClient, redisFeed } from '../src/redis/index.ts';
import { ioredis } from './redis-feeds.ts';
import type { RedisServer } from './redis-server.ts';
import { environmentId, issuer, keys } from './tokens.ts';

/** A server of a fleet. */
export interface Node {
  readonly revocations: Revocations;
  readonly verifier: Verifier;
  readonly events: RevocationEvent[];
}

export async function startNode(
  server: RedisServer,
  options: { readonly maxTokenSeconds?: number } = {},
  client: RedisClient = ioredis(server),
): Promise<Node> {
  const events: RevocationEvent[] = [];
  const revocations = createRevocations({
    issuer,
    environmentId,
    feed: redisFeed(client),
    ...options,
    announceTimeoutMs: 500,
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => revocations.close());
  const verifier = createVerifier({ issuer, keys, revocations });
  return { revocations, verifier, events };
}

export async function isRefused({ verifier }: Node, token: string): Promise<boolean> {
  try {
    await verifier.verify(token);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ reason: 'token_revoked' });
    return true;
  }
}
