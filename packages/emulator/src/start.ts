import type { DatabaseSync } from 'node:sqlite';
import { createApp } from './app.ts';
import { Clock } from './clock.ts';
import { createIdGenerator } from './database/ids.ts';
import { Emulator } from './emulator.ts';
import { openEnvironment } from './environment.ts';
import { defaultEnvironment, loadEnvironments } from './environment-records.ts';
import { Faults } from './faults/faults.ts';
import { Traffic } from './faults/traffic.ts';
import { requireSupportedNode } from './node-version.ts';
import { type EmulatorOptions, type Settings, settingsFrom } from './options.ts';
import { EnvironmentRouter } from './router.ts';
import { listen, originOf } from './server.ts';

/**
 * Starts a local Torii, on loopback unless told otherwise.
 *
 * @throws EmulatorError `node_unsupported`, `option_invalid`, `port_unusable`, `database_unusable`
 * @example
 * const torii = await startEmulator();
 * const token = await torii.token({ userId: 'ada' });
 * await torii.stop();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  requireSupportedNode();
  const settings = settingsFrom(options);
  // Loaded only here: older versions of Node lack node:sqlite, and would fail at the import of this package.
  const { openStore } = await import('./database/store.ts');
  const database = openStore(settings.database);
  try {
    return await startOn(database, settings);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Starts on a database that is open already. */
export async function startOn(database: DatabaseSync, settings: Settings): Promise<Emulator> {
  const clock = new Clock();
  const createId = createIdGenerator(clock);
  const { secretKey, webhookSecret, webhooks, environments } = settings;
  const wanted = [{ name: defaultEnvironment, secretKey, webhookSecret, webhooks }, ...environments];
  const records = loadEnvironments(database, clock, createId, wanted);
  const { tokenLifetimeSeconds, allowedOrigins, webhookRetrySeconds, webhookTimeoutMs } = settings;
  const ground = {
    database,
    clock,
    createId,
    tokenLifetimeSeconds,
    allowedOrigins,
    webhookRetrySeconds,
    webhookTimeoutMs,
  };
  const stored = await Promise.all(records.map((record) => openEnvironment(record, ground)));
  for (const { name, webhooks: added = [] } of wanted) {
    const environment = stored.find((each) => each.name === name);
    for (const webhook of added) environment?.webhooks.add(webhook);
  }

  // The issuers are known once the server listens. From here on nothing is awaited until they are served, so that no
  // request can come before them.
  const server = await listen(settings.port, settings.host);
  const warn = (error: unknown) => {
    // A request that stop() has cut may still be at work when the database closes; nobody waits for it.
    if (server.listening) process.emitWarning(error instanceof Error ? error : String(error));
  };
  const router = new EnvironmentRouter(originOf(server));
  const issuers = new Map(stored.map(({ name }) => [name, router.issuerOf(name)]));
  const served = stored.map((each) => {
    const environment = each.serveAt(router.issuerOf(each.name));
    const surroundings = { faults: new Faults(), traffic: new Traffic(), clock, issuers, onUnexpectedError: warn };
    router.add(environment, createApp(environment, surroundings));
    environment.webhooks.start(surroundings);
    return { environment, apiUrl: router.origin, ...surroundings };
  });
  server.on('request', router.handle);
  const first = served.find(({ environment }) => environment.name === defaultEnvironment);
  if (first === undefined) throw new Error('An emulator has a default environment.');
  const others = served.filter((each) => each !== first);
  return new Emulator({ server, database, clock, first, others });
}
