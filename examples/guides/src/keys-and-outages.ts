import { createVerifier, getAuth, type InitialKeys, type JSONWebKeySet, requireAuth } from '@torii/express';
import express from 'express';

const issuer = process.env.TORII_ISSUER;
let keys: 'not fetched yet' | 'current' | 'kept from before' | 'missing' = 'not fetched yet';

const verifier = createVerifier({
  issuer,
  publicPaths: ['/health'],
  ...(await fetchKeys()),
  onEvent(event) {
    if (event.type === 'keys_fetched') keys = 'current';
    if (event.type === 'keys_failed') {
      keys = event.usable ? 'kept from before' : 'missing';
      console.error(`The keys cannot be fetched from ${event.url}: ${event.problem}`, event.cause);
    }
  },
});

const app = express();
app.use(requireAuth(verifier));
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
// 200 in any case: a load balancer must not take every server out because the issuer is down.
app.get('/health', (_req, res) => void res.json({ status: 'ok', keys }));

export const server = app.listen(Number(process.env.PORT ?? 3000));

/** Optional: the first request then does not wait for the keys. If this fails, the first request fetches them. */
async function fetchKeys(): Promise<{ readonly initialKeys?: InitialKeys }> {
  try {
    const url = `${issuer}/_torii/.well-known/jwks.json`;
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
    if (!response.ok) return {};
    const keySet = (await response.json()) as JSONWebKeySet;
    return { initialKeys: { ...keySet, fetchedAt: new Date().toISOString() } };
  } catch {
    return {};
  }
}
