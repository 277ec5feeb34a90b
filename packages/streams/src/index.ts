export type {
  Actor,
  Auth,
  AuthReason,
  Claims,
  Denial,
  DenialBody,
  DenialCode,
  DenialStatus,
  Organization,
  Reason,
} from '@torii/core';
export { type Fetch, ToriiAuthError, ToriiConfigError, ToriiError, ToriiForbiddenError } from '@torii/core';
export { readStreamEnvironment, type StreamEnvironment } from './environment.ts';
export { type StreamReason, ToriiStreamError } from './errors.ts';
export type { StreamEvent, StreamEventListener } from './events.ts';

export { type Publication, type PublishOptions, publishPublicKey } from './keys/publication.ts';
export { type PublishedKey, readPublishedKey } from './keys/published-key.ts';
export { getKeyId } from './keys/rsa-key.ts';
export type { KeyStore, SlotOptions, StoreEntry } from './keys/slot.ts';
export { createRotation, type Rotation, type RotationOptions, type RotationPlan } from './rotation/rotation.ts';
export type { RotationStep } from './rotation/step.ts';
export type { StreamGrant, StreamRequest } from './token/claims.ts';
export { isStreamPattern, matchesStream } from './token/pattern.ts';
export { createStreamSigner, type StreamSigner, type StreamSignerOptions, type StreamToken } from './token/signer.ts';
export { type VerifiedStreamToken, type VerifyStreamOptions, verifyStreamToken } from './token/verify.ts';
