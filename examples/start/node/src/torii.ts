import { existsSync } from 'node:fs';
import { createVerifier } from '@torii/core';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** `verifier.check(request)` returns the caller, or the response that refuses the request. */
export const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
