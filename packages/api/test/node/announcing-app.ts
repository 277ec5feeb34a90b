// A program that bans a user. Run by killed-process.test.ts, which ends it after the API has answered.
import { appendFileSync } from 'node:fs';
import { createToriiClient } from '../../src/index.ts';

const [apiUrl = '', file = '', operation = 'ban'] = process.argv.slice(2);

let calls = 0;
const revocations = {
  issuer: 'https://acme.torii.so',
  environmentId: 'e1',
  async revokeUser(userId: string) {
    if (++calls === 1) return appendFileSync(file, `${userId}\n`);
    console.log('The API has answered.');
    // Keeps the process alive until it is killed.
    await new Promise((resolve) => setTimeout(resolve, 600_000));
  },
};

const { users } = createToriiClient({ secretKey: 'sk_test_51c2a0f7d9', apiUrl, revocations });
await (operation === 'ban' ? users.ban('ada') : users.delete('ada'));
