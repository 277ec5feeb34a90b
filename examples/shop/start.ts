// Runs the three services and a local Torii until Ctrl-C.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '@torii/emulator';
import getPort from 'get-port';
import { buildShopExample } from '../../scripts/next-example.ts';
import { type Service, startService } from './processes.ts';

const people = [
  { email: 'ada@example.com', role: 'org:administrator', may: 'may order for Acme' },
  { email: 'grace@example.com', role: 'org:member', may: 'may look, but not order' },
];
const password = 'compilers are fun';
const webhookSecret = `whsec_${randomBytes(32).toString('base64')}`;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(0));

console.log('Building the shop (takes about half a minute the first time)');
const problem = await buildShopExample();
if (problem !== undefined) throw new Error(`The build failed:\n${problem}`);

const port = await getPort({ port: 3000, host: '127.0.0.1' });
const shop = `http://127.0.0.1:${port}`;
const emulator = await startEmulator({
  port: await getPort({ port: 4100, host: '127.0.0.1' }),
  allowedOrigins: [shop],
  webhooks: [{ url: `${shop}/api/webhooks`, secret: webhookSecret }],
});
const members: { userId: string; role: string }[] = [];
for (const { email, role } of people)
  members.push({ userId: (await emulator.createUser({ email, password })).id, role });
await emulator.createOrganization({ name: 'Acme', members });

const folder = mkdtempSync(join(tmpdir(), 'torii-shop-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'revocations');
writeFileSync(file, '');
const common = {
  TORII_ISSUER: emulator.issuer,
  TORII_ENVIRONMENT_ID: emulator.environmentId,
  TORII_WEBHOOK_SECRET: webhookSecret,
  REVOCATIONS_FILE: file,
};
const stock = await start('stock', await getPort({ port: 3002, host: '127.0.0.1' }), {});
const orders = await start('orders', await getPort({ port: 3001, host: '127.0.0.1' }), { STOCK_URL: stock.url });
await start('web', port, { ORDERS_URL: orders.url, APP_ORIGIN: shop });

console.log(`\nThe shop:  ${shop}\nTorii:     ${emulator.dashboardUrl}\n`);
for (const { email, may } of people) console.log(`Sign in as ${email} with the password \`${password}\`: ${may}.`);
console.log('Ban one of them on the dashboard: all three services refuse the token within a second.');
console.log('Press Ctrl-C to stop.\n');

function start(service: Service, ownPort: number, environment: Readonly<Record<string, string>>) {
  const onOutput = (text: string) => void process.stdout.write(text.replaceAll(/^(?=.)/gm, `${service}: `));
  return startService(service, { port: ownPort, environment: { ...common, ...environment }, onOutput });
}
