import { requireAuth } from '@torii/express';
import express from 'express';
import { yoga } from './yoga.ts';

const guard = requireAuth({ issuer: process.env.TORII_ISSUER, allowPreflight: true });

export const app = express();

app.use('/graphql', guard, (req, res) => yoga(req, res));
