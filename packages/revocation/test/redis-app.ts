// An app without any error listener, in a separate process. A test watches it from outside.
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { redisFeed } from '../src/redis/index.ts';
import { RecordingReader } from './redis-reader.ts';

const [, , url = ''] = process.argv;
const clients = { ioredis: new Redis(url), 'node-redis': createClient({ url }) };
for (const [name, client] of Object.entries(clients)) {
  const reader = new RecordingReader();
  reader.proven = () => process.send?.(`${name} proven`);
  reader.failed = () => process.send?.(`${name} failed`);
  const connection = redisFeed(client).open(reader);
  setInterval(() => {
    connection.write([{ key: '00', text: 'text' }], { timeoutMs: 50 }).catch(() => {});
    connection.ask();
  }, 20);
}
await clients['node-redis'].connect();
