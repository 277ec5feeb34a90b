import { createToriiClient } from '@torii/api';
import { webhookHandler } from '@torii/express/webhooks';
import express from 'express';
import { openUserCopy, type UserState } from './user-copy.ts';

const { DATABASE = 'users.db', PORT = '3000', TORII_SECRET_KEY, TORII_API_URL, TORII_WEBHOOK_SECRET } = process.env;
const torii = createToriiClient({ secretKey: TORII_SECRET_KEY, apiUrl: TORII_API_URL });
const users = openUserCopy(DATABASE);

const app = express();

app.get('/', (_req, res) => {
  res.json({ users: users.count() });
});

// Torii is answered 200 when the copy is on the disk. What goes wrong before is a 500, and Torii comes again.
app.post(
  '/webhooks',
  webhookHandler({ secret: TORII_WEBHOOK_SECRET }, async (event) => {
    switch (event.type) {
      case 'user.created':
      case 'user.updated':
      case 'user.banned':
      case 'user.unbanned':
      case 'user.deleted':
        return take(event.data);
    }
  }),
);

const server = app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error;
  const address = server.address();
  if (typeof address === 'object') console.log(`The copy listens on http://127.0.0.1:${address?.port}`);
});

// Those who are there already, and what was missed while this did not run. It listens first: who changes after their page
// has been read is told by a webhook.
for await (const user of torii.users.list({ limit: 100 })) await take(user);
console.log(`${users.count()} users are in ${DATABASE}`);

/** Of two states of one moment, webhooks do not tell which is the later one. */
async function take(user: UserState): Promise<void> {
  if (users.put(user) === 'tied') users.settle(await torii.users.get(user.id));
}
