import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defaultEnvironment } from '../environment-records.ts';
import type { EnvironmentOptions, Host } from '../options.ts';
import { defaultRetrySeconds } from '../webhooks/retries.ts';

/** What the command line says, with its defaults. */
export interface ProgramArguments {
  readonly port: number;
  readonly host: Host;
  readonly data?: string;
  readonly seed?: string;
  readonly environment?: readonly EnvironmentOptions[];
  readonly secretKey?: string;
  readonly allowOrigin?: readonly string[];
  readonly tokenLifetime: number;
  readonly webhook?: readonly WebhookArgument[];
  readonly webhookSecret?: string;
  readonly webhookRetries: readonly number[];
}

/** An address to tell of events, and the environment whose events they are. */
export interface WebhookArgument {
  readonly environment: string;
  readonly url: string;
}

const { version }: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

const examples = `
Examples:
  $ torii-emulator
  $ torii-emulator --data torii.db --seed seed.json
  $ torii-emulator --environment acme --environment globex=sk_test_globex
  $ torii-emulator --webhook http://127.0.0.1:3000/webhooks --webhook-retries 1,2,4

A seed:
  { "users": [{ "email": "ada@example.com", "password": "correct horse" }],
    "webhooks": [{ "url": "http://127.0.0.1:3000/webhooks", "types": ["user.created"] }],
    "environments": { "acme": { "users": [{ "email": "bob@example.com" }] } } }

Exit codes: 0 after Ctrl-C, 1 when it cannot start, 2 when what it was told is wrong.
It needs Node 22.13 or newer. It is for development: never let it decide who may enter a real app.`;

/**
 * Reads the command line.
 *
 * @throws CommanderError after it has written help, the version, or what is wrong
 */
export function readArguments(args: readonly string[]): ProgramArguments {
  return new Command('torii-emulator')
    .description('A local Torii to develop and test against: issuer, users, sign-in, the REST API.')
    .version(version, '-v, --version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .option('-p, --port <number>', 'port on 127.0.0.1; 0 takes a free one', readPort, 4100)
    .addOption(
      new Option('--host <address>', 'where to listen; 0.0.0.0 inside of a container whose port is mapped')
        .choices(['127.0.0.1', '0.0.0.0'])
        .default('127.0.0.1'),
    )
    .option('-d, --data <file>', 'keep everything in a file; otherwise it is gone at the end')
    .option('-s, --seed <file>', 'users to begin with, as JSON; an email that is there already is left alone')
    .option('-e, --environment <name[=key]>', 'one more environment; can be given several times', addEnvironment)
    .option('-k, --secret-key <key>', 'the REST API’s secret key, sk_test_…; otherwise the file’s, or a random one')
    .option('-o, --allow-origin <origin>', 'let pages of this origin sign in; can be given several times', addText)
    .option('-t, --token-lifetime <seconds>', 'how long an access token is good', readCount, 300)
    .option(
      '-w, --webhook <[name=]url>',
      'post events there; of an environment, by its name; can be given several times',
      addWebhook,
    )
    .option('--webhook-secret <secret>', 'what signs them, whsec_…; otherwise the file’s, or a random one')
    .addOption(
      new Option('--webhook-retries <seconds>', 'when to try again what failed')
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

function readPort(text: string): number {
  const port = readCount(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function addText(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** `acme`, or `acme=sk_test_acme`. */
function addEnvironment(text: string, earlier: readonly EnvironmentOptions[] = []): readonly EnvironmentOptions[] {
  const [name = '', ...rest] = text.split('=');
  return [...earlier, rest.length === 0 ? { name } : { name, secretKey: rest.join('=') }];
}

/** `http://127.0.0.1:3000/webhooks`, or `acme=http://127.0.0.1:3000/webhooks`. */
function addWebhook(text: string, earlier: readonly WebhookArgument[] = []): readonly WebhookArgument[] {
  const [, environment = defaultEnvironment, url = text] = /^([a-z0-9-]+)=(.*)$/.exec(text) ?? [];
  return [...earlier, { environment, url }];
}

/** `1,5,30` */
function readRetries(text: string): readonly number[] {
  if (!/^\d+(?:\.\d+)?(?:,\d+(?:\.\d+)?)*$/.test(text)) {
    throw new InvalidArgumentError('It must be seconds with commas between them, such as 1,5,30.');
  }
  return text.split(',').map(Number);
}
