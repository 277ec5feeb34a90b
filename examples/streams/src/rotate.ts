// A deploy step that rotates the key. Run it when every node has both keys. If it is interrupted, run it again.
import { createRotation } from '@torii/streams';
import { connectStore } from '@torii/streams/nats';
import { createSigner, gatewayUrl, maxTtlSeconds, slot } from './signer.ts';

const { publicKey, nextPublicKey } = createSigner();
await using kv = await connectStore({ servers: process.env['NATS_URL'] });
const rotation = createRotation({
  ...slot,
  kv,
  from: publicKey,
  to: nextPublicKey,
  gatewayUrl,
  maxTtlSeconds,
  onEvent: (event) => {
    if (event.type === 'rotation_step') console.log(`\n${event.text}`);
  },
});
await rotation.run();
