import { existsSync } from 'node:fs';
import { requireAuth } from '@torii/hono';

// Reads settings from .env during development. Variables that are already set are not overwritten.
if (existsSync('.env')) process.loadEnvFile('.env');

/** Refuses requests without a valid access token. Put it before each handler that it protects. */
export const requireUser = requireAuth({ issuer: process.env.TORII_ISSUER });
