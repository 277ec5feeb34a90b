import { webhookHandler } from '@torii/express/webhooks';
import express from 'express';

const { TORII_WEBHOOK_SECRET, TORII_WEBHOOK_SECRET_BEFORE } = process.env;
// Both are accepted. The second variable is set only while the secret is replaced.
const secret = TORII_WEBHOOK_SECRET_BEFORE ? [TORII_WEBHOOK_SECRET, TORII_WEBHOOK_SECRET_BEFORE] : TORII_WEBHOOK_SECRET;

const app = express();
app.post(
  '/webhooks',
  webhookHandler({ secret }, (event) => console.log(event.type)),
);

export const server = app.listen(Number(process.env.PORT ?? 3000));
