// Several servers of a fleet in one process, each with its feed and its verifier:
//   node fleet-process.ts SETUP
// SETUP is a FleetSetup as JSON. Answers requests with reports: see fleet.ts.
import { createVerifier, ToriiAuthError, type Verifier } from '@torii/core';
import { createRevocations, type Revocations } from '@torii/revocation';
import { connectStore, monotonicMs } from './feeds.ts';
import type { FleetReport, FleetRequest, FleetSetup } from './fleet.ts';

interface Server {
  readonly revocations: Revocations;
  readonly verifier: Verifier;
}

const setup: FleetSetup = JSON.parse(process.argv[2] ?? '');
const { issuer, environmentId, jwk, signingKey } = setup;
const client = await connectStore(setup.store, setup.port);
let onSnapshot = (_server: number): void => {};
const begunMs = monotonicMs();
const servers = Array.from({ length: setup.feeds }, (_, index) => createServer(index));
await Promise.all(servers.map(({ revocations }) => revocations.ready()));
const entries = servers[0]?.revocations.health().entries ?? 0;
report({ type: 'ready', milliseconds: monotonicMs() - begunMs, entries });
process.on('message', (request: FleetRequest) => void (request.type === 'watch' ? watch(request) : expectOutage()));
process.on('disconnect', () => process.exit());

function createServer(index: number): Server {
  const revocations = createRevocations({
    issuer,
    environmentId,
    feed: client.createFeed(),
    ...(signingKey !== undefined && { signingKeys: [signingKey] }),
    onEvent: ({ type }) => {
      if (type === 'feed_current') onSnapshot(index);
    },
  });
  return { revocations, verifier: createVerifier({ issuer, keys: { keys: [jwk] }, revocations }) };
}

/** Every server sees every token. Reports each token when the last server has refused it. */
async function watch({ tokens }: Extract<FleetRequest, { type: 'watch' }>): Promise<void> {
  const accepting = tokens.map(() => servers.length);
  for (const { revocations, verifier } of servers) {
    for (const [index, token] of tokens.entries()) {
      const ended = revocations.untilRevoked(await verifier.verify(token));
      void ended.then(async () => {
        await assertRefused(verifier, token);
        accepting[index] = (accepting[index] ?? 0) - 1;
        if (accepting[index] === 0) report({ type: 'refused', index, atMs: monotonicMs() });
      });
    }
  }
  report({ type: 'watching' });
}

async function assertRefused(verifier: Verifier, token: string): Promise<void> {
  try {
    await verifier.verify(token);
  } catch (error) {
    if (error instanceof ToriiAuthError && error.reason === 'token_revoked') return;
    throw error;
  }
  throw new Error('A revoked token was accepted.');
}

/** Reports when the last server has read a snapshot again. */
function expectOutage(): void {
  const missing = new Set(servers.keys());
  const current: number[] = [];
  const before = client.attempts.length;
  onSnapshot = (index) => {
    if (!missing.delete(index)) return;
    current.push(monotonicMs());
    if (missing.size === 0) report({ type: 'recovered', current, attempts: client.attempts.slice(before) });
  };
  report({ type: 'watching' });
}

function report(message: FleetReport): void {
  process.send?.(message);
}
