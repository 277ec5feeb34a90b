import { createRevocations, type Revocations } from '@torii/revocation';
import { fileFeed } from './file-feed.ts';

const { TORII_ISSUER: issuer, TORII_ENVIRONMENT_ID: environmentId, REVOCATIONS_FILE: file = '' } = process.env;

/** The revoked tokens, which the three services share. */
export const revocations: Revocations = createRevocations({ issuer, environmentId, feed: fileFeed(file) });
