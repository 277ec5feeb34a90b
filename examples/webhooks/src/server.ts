import { createToriiClient } from '@torii/api';
import { webhookHandler } from '@torii/express/webhooks';
import express from 'express';
import { openUserCopy, type UserState } from './user-copy.ts';

const { DATABASE = 'users.db', PORT = '3000', TORII_SECRET_KEY, TORII_API_URL, TORII_WEBHOOK_SECRET } = process.env;
const client = createToriiClient({ secretKey: TORII_SECRET_KEY, apiUrl: TORII_API_URL });
const users = openUserCopy(DATABASE);

const app = express();

app.get('/', (_req, res) => {
  res.json({ users: users.count() });
});

// Responds with 200 when the change is on disk. An error before that gives a 500, and Torii sends the event again.
app.post(
  '/webhooks',
  webhookHandler({ secret: TORII_WEBHOOK_SECRET }, async (event) => {
    switch (event.type) {
      case 'user.created':
      case 'user.updated':
      case 'user.banned':
      case 'user.unbanned':
      case 'user.deleted':
        return store(event.data);
    }
  }),
);

const server = app.listen(Number(PORT), '127.0.0.1', (error) => {
  if (error) throw error;
  const address = server.address();
  if (typeof address === 'object') console.log(`The copy listens on http://127.0.0.1:${address?.port}`);
});

// Reads all users: the existing ones, and changes that were missed while the app was stopped. The app already listens, so a
// change after a page was read arrives by webhook.
for await (const user of client.users.list({ limit: 100 })) await store(user);
console.log(`${users.count()} users are in ${DATABASE}`);

/**
 * Stores a user in the copy. If the copy has another state with the same `updatedAt`, only the API knows which is
 * newer.
 */
async function store(user: UserState): Promise<void> {
  if (users.put(user) === 'tied') users.settle(await client.users.get(user.id));
}
