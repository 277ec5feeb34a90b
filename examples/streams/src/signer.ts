import { createStreamSigner, readStreamEnvironment, type StreamSigner } from '@torii/streams';

/** Shared by the server and the rotation, which must use the same keys and limits. */
export const gatewayUrl = process.env['GATEWAY_URL'];
export const maxTtlSeconds = Number(process.env['MAX_TTL_SECONDS'] ?? 3600);
export const { slot } = readStreamEnvironment();

export function createSigner(): StreamSigner {
  const { privateKey, issuer } = readStreamEnvironment();
  return createStreamSigner({
    privateKey,
    // Set only during a rotation.
    nextPrivateKey: process.env['NEXT_STREAM_KEY'],
    issuer,
    gatewayUrl,
    maxTtlSeconds,
    onEvent: (event) => {
      if (event.type !== 'issued') console.log(event);
    },
  });
}
