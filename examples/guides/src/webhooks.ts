import { webhookHandler } from '@torii/express/webhooks';
import express from 'express';

const app = express();

app.post(
  '/webhooks',
  webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET, store: 'memory' }, async (event) => {
    switch (event.type) {
      case 'user.created':
      case 'user.updated':
        console.log('%j is %j', event.data.id, event.data.firstName); // event.data is a user; %j escapes line breaks
        break;
      case 'session.revoked':
        console.log('%j was signed out', event.data.userId); // event.data is a session
        break;
    }
  }),
);
app.use(express.json()); // after the webhook route, or see "The raw body"

export const server = app.listen(Number(process.env.PORT ?? 3000));
