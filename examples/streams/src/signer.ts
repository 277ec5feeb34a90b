import { createStreamSigner, readStreamEnvironment, type StreamSigner } from '@torii/streams';

/** The same for the server and for the deploy that rotates: both must know the same keys and the same limits. */
export const gatewayUrl = process.env['GATEWAY_URL'];
export const maxTtlSeconds = Number(process.env['MAX_TTL_SECONDS'] ?? 3600);
export const { slot } = readStreamEnvironment();

export function createSigner(): StreamSigner {
  const { privateKey, issuer } = readStreamEnvironment();
  return createStreamSigner({
    privateKey,
    // Unset at all times but during a rotation.
    nextPrivateKey: process.env['NEXT_STREAM_KEY'],
    issuer,
    gatewayUrl,
    maxTtlSeconds,
    onEvent: (event) => {
      if (event.type !== 'issued') console.log(event);
    },
  });
}
