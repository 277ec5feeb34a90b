import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { yoga } from './yoga.ts';

const server = createServer(yoga);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`Yoga listens on http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
