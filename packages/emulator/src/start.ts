import type { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { createApp } from './app.ts';
import { Clock } from './clock.ts';
import { createIdGenerator } from './database/ids.ts';
import { Emulator } from './emulator.ts';
import { openEnvironment } from './environment.ts';
import { defaultEnvironment, loadEnvironments, type WantedEnvironment } from './environment-records.ts';
import { Faults } from './faults/faults.ts';
import { Traffic } from './faults/traffic.ts';
import { requireSupportedNode } from './node-version.ts';
import type { EmulatorOptions } from './options/emulator-options.ts';
import { type Settings, settingsFrom } from './options/settings.ts';
import { EnvironmentRouter } from './router.ts';
import { listen, originOf } from './server.ts';
import { parseTemplates, type TokenTemplate, type TokenTemplateOptions } from './tokens/templates.ts';
import type { WebhookOptions } from './webhooks/options.ts';

interface WantedSettings extends WantedEnvironment {
  readonly webhooks?: readonly WebhookOptions[];
  readonly tokenTemplates?: Readonly<Record<string, TokenTemplateOptions>> | undefined;
}

/**
 * Starts a local Torii. It listens on 127.0.0.1 unless you set the option `host`.
 *
 * @throws EmulatorError `node_unsupported`, `option_invalid`, `port_unusable`, `database_unusable`
 * @example
 * const emulator = await startEmulator();
 * const token = await emulator.token({ userId: 'ada' });
 * await emulator.stop();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  requireSupportedNode();
  const settings = settingsFrom(options);
  // A static import would make the import of this package fail on older versions of Node, which lack node:sqlite.
  const { openStore } = await import('./database/store.ts');
  const database = openStore(settings.database);
  try {
    return await startOn(database, settings);
  } catch (error) {
    database.close();
    throw error;
  }
}

export async function startOn(database: DatabaseSync, settings: Settings): Promise<Emulator> {
  const clock = new Clock();
  const createId = createIdGenerator(clock);
  const { secretKey, publishableKey, webhookSecret, webhooks, tokenTemplates, environments } = settings;
  const wanted: readonly WantedSettings[] = [
    { name: defaultEnvironment, secretKey, publishableKey, webhookSecret, webhooks, tokenTemplates },
    ...environments,
  ];
  const records = loadEnvironments(database, clock, createId, wanted);
  const { tokenLifetimeSeconds, allowedOrigins, failedLoginsPerMinute, webhookRetrySeconds, webhookTimeoutMs } =
    settings;
  const ground = {
    database,
    clock,
    createId,
    tokenLifetimeSeconds,
    allowedOrigins,
    failedLoginsPerMinute,
    webhookRetrySeconds,
    webhookTimeoutMs,
  };
  const stored = await Promise.all(
    records.map((record) => openEnvironment(record, ground, templatesOf(wanted, record.name))),
  );
  for (const { name, webhooks: added = [] } of wanted) {
    const environment = stored.find((each) => each.name === name);
    for (const webhook of added) environment?.webhooks.add(webhook);
  }

  // The issuer URLs contain the port, which is known only once the server listens. Do not `await` anything between
  // `listen()` and `server.on('request')`: a request that arrives before the handler is attached gets no response.
  const server = await listen(settings.port, settings.host);
  const warn = (error: unknown) => {
    // Do not report errors after stop(): requests that it interrupts can fail because the database is closed.
    if (server.listening) emitWarning(error);
  };
  const localOrigin = originOf(server);
  const router = new EnvironmentRouter(settings.publicOrigin ?? localOrigin);
  const issuers = new Map(stored.map(({ name }) => [name, router.issuerOf(name)]));
  const served = stored.map((each) => {
    const environment = each.serveAt(router.issuerOf(each.name));
    const surroundings = {
      faults: new Faults(),
      traffic: new Traffic(),
      clock,
      apiUrl: router.origin,
      issuers,
      allowedHosts: settings.allowedHosts,
      isAllowedSomewhere: (origin: string) => stored.some(({ allowedOrigins }) => allowedOrigins.allows(origin)),
      onUnexpectedError: warn,
    };
    router.add(environment, createApp(environment, surroundings));
    environment.webhooks.start(surroundings);
    return { environment, ...surroundings };
  });
  server.on('request', router.handle);
  const first = served.find(({ environment }) => environment.name === defaultEnvironment);
  if (first === undefined) throw new Error('The default environment is missing.');
  const others = served.filter((each) => each !== first);
  return new Emulator({ server, localOrigin, database, clock, first, others });
}

function templatesOf(wanted: readonly WantedSettings[], name: string): ReadonlyMap<string, TokenTemplate> {
  const option = name === defaultEnvironment ? 'tokenTemplates' : `tokenTemplates of the environment "${name}"`;
  return parseTemplates(wanted.find((each) => each.name === name)?.tokenTemplates, option);
}

function emitWarning(error: unknown): void {
  try {
    process.emitWarning(error as Error);
  } catch {
    // Not an error, or one of another class: in Jest, this module has another `Error` than Node.
    process.emitWarning(inspect(error));
  }
}
