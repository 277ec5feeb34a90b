import { CommanderError } from 'commander';
import { docsUrlOf } from '../docs-url.ts';
import type { Emulator } from '../emulator.ts';
import { defaultEnvironment } from '../environment-records.ts';
import { EmulatorError, type EmulatorErrorCode } from '../errors.ts';
import { type ProgramArguments, readArguments } from './arguments.ts';
import { readSeedFile, type SeedFile } from './seed-file.ts';
import { describeStart } from './welcome.ts';

const exitCodes = {
  option_invalid: 2,
  seed_invalid: 2,
  environment_unknown: 2,
  node_unsupported: 1,
  port_unusable: 1,
  database_unusable: 1,
  key_unknown: 1,
  user_invalid: 1,
  email_taken: 1,
  event_unknown: 1,
  webhook_unknown: 1,
  webhooks_waiting: 1,
  user_unknown: 2,
  metadata_too_large: 2,
  organization_invalid: 2,
  organization_unknown: 1,
  slug_taken: 1,
  role_unknown: 2,
  member_exists: 1,
  member_unknown: 1,
  invitation_invalid: 1,
  invitation_unknown: 1,
  invitation_pending: 1,
  invitation_not_pending: 1,
  invitation_link_replaced: 1,
  impersonation_invalid: 1,
  impersonation_disabled: 1,
  impersonation_quota_exceeded: 1,
  impersonation_token_unknown: 1,
  impersonation_token_used: 1,
  impersonation_token_expired: 1,
  origin_invalid: 2,
} as const satisfies Record<EmulatorErrorCode, 1 | 2>;

/**
 * Runs the emulator until `ended` resolves.
 *
 * @returns the exit code
 */
export async function runProgram(args: readonly string[], ended: Promise<void>): Promise<number> {
  try {
    const given = readArguments(args);
    const seed: SeedFile = given.seed === undefined ? new Map() : readSeedFile(given.seed);
    const emulator = await start(given, seed);
    process.stdout.write(describeStart(emulator, given));
    await ended;
    await emulator.stop();
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof EmulatorError)) throw error;
    process.stderr.write(`${inFlags(error.message)} See ${docsUrlOf(error)}\n`);
    return exitCodes[error.code];
  }
}

const flags: Readonly<Record<string, string>> = {
  publicOrigin: '--public-origin',
  allowedHosts: '--allow-host',
  allowedOrigins: '--allow-origin',
  database: '--data',
  secretKey: '--secret-key (TORII_EMULATOR_SECRET_KEY)',
  publishableKey: '--publishable-key',
  webhookSecret: '--webhook-secret',
  webhookRetrySeconds: '--webhook-retries',
  tokenLifetimeSeconds: '--token-lifetime',
  environments: '--environment',
  port: '--port',
  host: '--host',
};

/** Names the flag that the user has set, not the option of `startEmulator`. */
function inFlags(message: string): string {
  return message
    .replace(/^Option (\w+)/, (_found, name: string) => `Option ${flags[name] ?? name}`)
    .replace(/\b(?:allowedHosts|publicOrigin)\b/g, (name) => flags[name] ?? name);
}

async function start(given: ProgramArguments, seed: SeedFile): Promise<Emulator> {
  const { port, host, publicOrigin, allowHost = [], data, secretKey, publishableKey, environment = [] } = given;
  const { allowOrigin = [], tokenLifetime } = given;
  const { webhook = [], webhookSecret, webhookRetries } = given;
  const named = new Set([defaultEnvironment, ...environment.map(({ name }) => name)]);
  const seeded = [...seed.keys()].filter((name) => !named.has(name));
  const templatesOf = (name: string) => seed.get(name)?.tokenTemplates ?? {};
  // Loaded once the command line is known to be right: `--help` and a mistake need none of it.
  const { startEmulator } = await import('../start.ts');
  const emulator = await startEmulator({
    port,
    host,
    ...(publicOrigin !== undefined && { publicOrigin }),
    allowedHosts: allowHost,
    ...(data !== undefined && { database: data }),
    ...(secretKey !== undefined && { secretKey }),
    ...(publishableKey !== undefined && { publishableKey }),
    ...(webhookSecret !== undefined && { webhookSecret }),
    webhookRetrySeconds: webhookRetries,
    tokenTemplates: templatesOf(defaultEnvironment),
    environments: [...environment, ...seeded.map((name) => ({ name }))].map((each) => ({
      ...each,
      tokenTemplates: templatesOf(each.name),
    })),
    allowedOrigins: allowOrigin,
    tokenLifetimeSeconds: tokenLifetime,
  });
  try {
    for (const [name, { users, roles, organizations, webhooks }] of seed) {
      const seeded = emulator.environment(name);
      await seeded.seed({ users, roles, organizations });
      for (const each of webhooks) await seeded.addWebhook(each);
    }
    for (const { environment: name, url } of webhook) await emulator.environment(name).addWebhook({ url });
    return emulator;
  } catch (error) {
    await emulator.stop();
    throw inSeed(given.seed, error);
  }
}

/** Names the seed file in a refusal of its content. */
function inSeed(path: string | undefined, error: unknown): unknown {
  const refused = error instanceof EmulatorError && seedRefusals.includes(error.code);
  if (path === undefined || !refused) return error;
  return new EmulatorError('seed_invalid', `The seed ${path} cannot be used. ${error.message}`, { cause: error });
}

const seedRefusals: readonly EmulatorErrorCode[] = ['user_unknown', 'role_unknown', 'metadata_too_large'];
