import { getAuth, requireAuth } from '@torii/express';
import { publishPublicKey, ToriiStreamError } from '@torii/streams';
import { connectStore } from '@torii/streams/nats';
import express from 'express';
import { createSigner, gatewayUrl, slot } from './signer.ts';

const signer = createSigner();
await publishKey();

const app = express();
app.use(requireAuth({ issuer: process.env['TORII_ISSUER'] }));

app.post('/stream-token', async (req, res) => {
  const { token, expiresAt } = await signer.issueFor(getAuth(req), {
    allowedStreams: ['chat_*'],
    ttlSeconds: 300,
  });
  res.set('Cache-Control', 'no-store').json({ token, expiresAt });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', (error) => {
  if (error) throw error;
  const address = server.address();
  if (typeof address === 'object') console.log(`The app listens on http://127.0.0.1:${address?.port}`);
});

/**
 * Publishes the public key. Every node can call this at startup: publishing the same key again changes nothing, and a
 * different key is not replaced.
 */
async function publishKey(): Promise<void> {
  await using kv = await connectStore({ servers: process.env['NATS_URL'] });
  try {
    const { revision, changed } = await publishPublicKey(kv, signer.publicKey, { ...slot, gatewayUrl });
    console.log(changed ? `Published the key: revision ${revision}` : 'The key is already published');
  } catch (error) {
    // The store entry that the gateway reads (the slot) holds another key. Either this node runs an old release, or a
    // rotation has already switched to the next key. The node can serve requests in both cases.
    if (!(error instanceof ToriiStreamError && error.reason === 'slot_taken')) throw error;
    console.warn(error.message);
  }
}
