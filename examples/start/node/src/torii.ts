import { existsSync } from 'node:fs';
import { createVerifier } from '@torii/core';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Its method `check` gives the caller of a request, or the response with which to refuse it. */
export const verifier = createVerifier({ issuer: process.env.TORII_ISSUER });
