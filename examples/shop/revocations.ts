import { createRevocations, type Revocations, sharedRevocations } from '@torii/revocation';
import { fileFeed } from './file-feed.ts';

const { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, REVOCATIONS_FILE: file = '' } = process.env;

/** The revoked tokens, which the three services share. Next has several bundles: `sharedRevocations` reads the file once for all. */
export const revocations: Revocations = sharedRevocations(() =>
  createRevocations({ issuer, environmentId, feed: fileFeed(file) }),
);
