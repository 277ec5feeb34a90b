import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/express';

// In development, the settings are in the file .env. Variables that are set already keep their values.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
