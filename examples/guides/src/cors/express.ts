import { getAuth, requireAuth } from '@torii/express';
import cors from 'cors';
import express from 'express';

const app = express();
app.use(
  cors({
    origin: ['https://app.example.com'], // the pages that may call this API
    allowedHeaders: ['Authorization', 'Content-Type'],
    exposedHeaders: ['WWW-Authenticate', 'Retry-After'],
    maxAge: 3600, // seconds
  }),
);
app.use(requireAuth({ issuer: process.env.TORII_ISSUER })); // after cors
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));

export const server = app.listen(Number(process.env.PORT ?? 3000));
