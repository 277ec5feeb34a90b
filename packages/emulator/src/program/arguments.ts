import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultEnvironment } from '../environment-records.ts';
import { type EnvironmentOptions, type Host, hosts } from '../options/emulator-options.ts';
import { version } from '../package-version.ts';
import { defaultRetrySeconds } from '../webhooks/retries.ts';

export interface ProgramArguments {
  readonly port: number;
  readonly host: Host;
  readonly publicOrigin?: string;
  readonly allowHost?: readonly string[];
  readonly data?: string;
  readonly seed?: string;
  readonly environment?: readonly EnvironmentOptions[];
  readonly secretKey?: string;
  readonly publishableKey?: string;
  readonly allowOrigin?: readonly string[];
  readonly tokenLifetime: number;
  readonly webhook?: readonly WebhookArgument[];
  readonly webhookSecret?: string;
  readonly webhookRetries: readonly number[];
}

export interface WebhookArgument {
  readonly environment: string;
  readonly url: string;
}

const examples = `
Examples:
  $ torii-emulator
  $ torii-emulator --data torii.db --seed seed.json
  $ torii-emulator --environment acme --environment globex=sk_test_globex
  $ torii-emulator --host 0.0.0.0 --public-origin http://localhost:8080 --allow-host torii
  $ torii-emulator --webhook http://127.0.0.1:3000/webhooks --webhook-retries 1,2,4

A seed file:
  { "users": [{ "email": "ada@example.com", "password": "correct horse" }],
    "organizations": [{ "slug": "acme", "name": "Acme", "members": [{ "email": "ada@example.com" }] }],
    "webhooks": [{ "url": "http://127.0.0.1:3000/webhooks", "types": ["user.created"] }],
    "environments": { "acme": { "users": [{ "email": "bob@example.com" }] } } }

Exit codes: 0 after Ctrl-C, 1 if the emulator cannot start, 2 if an option or the seed file is invalid.
Needs Node 22.13 or newer. For development and tests only: never use it for the users of a real app.`;

export function readArguments(args: readonly string[]): ProgramArguments {
  return new Command('torii-emulator')
    .description('A local Torii for development and tests: issuer, users, sign-in and the REST API.')
    .version(version, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .addOption(portOption())
    .addOption(
      new Option('--host <address>', 'address to listen on; 0.0.0.0 and :: only inside a container')
        .choices(hosts)
        .default('127.0.0.1')
        .env('TORII_EMULATOR_HOST'),
    )
    .addOption(
      new Option(
        '--public-origin <origin>',
        'origin of all URLs, such as http://localhost:8080 if port 8080 leads to a container',
      ).env('TORII_EMULATOR_PUBLIC_ORIGIN'),
    )
    .addOption(
      new Option('--allow-host <name>', 'let requests name this host in addition to loopback; repeatable')
        .argParser(addTexts)
        .env('TORII_EMULATOR_ALLOW_HOST'),
    )
    .addOption(
      new Option('-d, --data <file>', 'store everything in this file; without it, everything is lost at exit').env(
        'TORII_EMULATOR_DATA',
      ),
    )
    .addOption(
      new Option(
        '-s, --seed <file>',
        'JSON file with users and organizations to create; existing ones are left unchanged',
      ).env('TORII_EMULATOR_SEED'),
    )
    .option('-e, --environment <name[=key]>', 'additional environment; repeatable', addEnvironment)
    .addOption(
      new Option(
        '-k, --secret-key <key>',
        'secret key for the REST API, sk_test_…; by default the stored one or a random one',
      ).env('TORII_EMULATOR_SECRET_KEY'),
    )
    .addOption(
      new Option(
        '--publishable-key <key>',
        'publishable key for browsers, pk_test_…; by default the stored one or a random one',
      ).env('TORII_EMULATOR_PUBLISHABLE_KEY'),
    )
    .addOption(
      new Option('-o, --allow-origin <origin>', 'let pages of this origin sign users in; repeatable')
        .argParser(addTexts)
        .env('TORII_EMULATOR_ALLOW_ORIGIN'),
    )
    .option('-t, --token-lifetime <seconds>', 'lifetime of access tokens', readCount, 300)
    .option(
      '-w, --webhook <[name=]url>',
      'send events of the default or the named environment to this URL; repeatable',
      addWebhook,
    )
    .addOption(
      new Option(
        '--webhook-secret <secret>',
        'secret that signs webhooks, whsec_…; by default the stored one or a random one',
      ).env('TORII_EMULATOR_WEBHOOK_SECRET'),
    )
    .addOption(
      new Option('--webhook-retries <seconds>', 'waits between delivery attempts')
        .argParser(readRetries)
        .default(defaultRetrySeconds, defaultRetrySeconds.join(',')),
    )
    .allowExcessArguments(false)
    .showHelpAfterError('Try --help.')
    .addHelpText('after', examples)
    .exitOverride()
    .parse(args, { from: 'user' })
    .opts<ProgramArguments>();
}

function portOption(): Option {
  const variable = 'TORII_EMULATOR_PORT';
  const option = new Option('-p, --port <number>', 'port to listen on; 0 chooses a free port')
    .argParser(readPort)
    .default(4100);
  // Kubernetes and Docker links set NAME_PORT=tcp://10.0.0.1:4100 for a service that is called torii-emulator.
  return /^(?:tcp|udp|sctp):/.test(process.env[variable] ?? '') ? option : option.env(variable);
}

function readPort(text: string): number {
  const port = readCount(text);
  if (port > 65_535) throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Reads one text, or several that are separated by commas, as in a variable. */
function addTexts(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...text.split(',').map((each) => each.trim())];
}

function addEnvironment(text: string, earlier: readonly EnvironmentOptions[] = []): readonly EnvironmentOptions[] {
  const [name = '', ...rest] = text.split('=');
  return [...earlier, rest.length === 0 ? { name } : { name, secretKey: rest.join('=') }];
}

function addWebhook(text: string, earlier: readonly WebhookArgument[] = []): readonly WebhookArgument[] {
  const [, environment = defaultEnvironment, url = text] = /^([a-z0-9-]+)=(.*)$/.exec(text) ?? [];
  return [...earlier, { environment, url }];
}

function readRetries(text: string): readonly number[] {
  if (!/^\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*$/.test(text)) {
    throw new InvalidArgumentError('It must be seconds separated by commas, such as 1,5,30.');
  }
  return text.split(',').map(Number);
}
