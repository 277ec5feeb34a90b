import { isLoopback, readConnectionFailure } from '@torii/core/internal';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { addText, nonEmptyText } from '../../arguments.ts';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { printable, printableJson, withoutSecrets } from '../../output/printable.ts';
import { addSettingsOptions, type Setting, type SettingsOptions, settingsFrom } from '../../settings.ts';
import { shownUrl } from '../../shown-settings.ts';

interface MintOptions extends SettingsOptions {
  readonly issuer?: string;
  readonly emulator?: string;
  readonly user?: string;
  readonly email?: string;
  readonly organization?: string;
  readonly role?: string;
  readonly actor?: string;
  readonly expiresIn?: number;
  readonly expired?: true;
  readonly strangerKey?: true;
  readonly signedBy?: string;
  readonly locale?: string;
  readonly unverifiedEmail?: true;
  readonly incompleteProfile?: true;
  readonly template?: string;
  readonly claim?: readonly Claim[];
  readonly omitClaim?: readonly string[];
  readonly json?: true;
}

type Claim = readonly [name: string, value: unknown];

const defaultEmulator = 'http://127.0.0.1:4100';
// The hosts of Torii, which never mint. A request to them would tell Torii of users and claims of tests.
const toriiHost = /(?:^|\.)(?:torii\.so|toriiauth\.eu|shrines\.dev)\.?$/;
const timeoutMs = 10_000;
const maxBytes = 1_000_000;

const examples = `
Examples:
  $ torii token mint | torii token verify
  $ TOKEN=$(torii token mint)
  $ torii token mint \\
      --email ada@example.com
  $ torii token mint --user u1 \\
      --organization acme \\
      --role org:administrator
  $ torii token mint --expired
  $ torii token mint --claim plan=pro

Only an emulator mints tokens. torii asks
the one at TORII_ISSUER if that is on this
machine, else ${defaultEmulator}.
Name any other one with --emulator.`;

export function addTokenMint(token: Command, context: Context): void {
  addSettingsOptions(token.command('mint'))
    .description('Get an access token from a running emulator. Writes only the token.')
    .option('--issuer <url>', 'issuer URL of an emulator on this machine (TORII_ISSUER)')
    .option('--emulator <url>', 'issuer URL of an emulator on any machine')
    .addOption(
      new Option('--user <id>', 'user id, which need not exist; default: a new one')
        .argParser(nonEmptyText)
        .conflicts('email'),
    )
    .option('--email <email>', 'user of the emulator with this email', nonEmptyText)
    .option('--organization <id>', 'active organization', nonEmptyText)
    .option('--role <role>', 'role in it; default: the user’s, or org:member', nonEmptyText)
    .option('--actor <id>', 'who impersonates the user', nonEmptyText)
    .addOption(
      new Option('--expires-in <seconds>', 'seconds until it expires; negative: expired')
        .argParser(readSeconds)
        .conflicts('expired'),
    )
    .option('--expired', 'expired one minute ago')
    .addOption(new Option('--stranger-key', 'sign with an unpublished key: a forged token').conflicts('signedBy'))
    .option('--signed-by <kid>', 'sign with this key of the emulator', nonEmptyText)
    .option('--locale <locale>', 'locale of the user', nonEmptyText)
    .option('--unverified-email', 'the email is not verified')
    .option('--incomplete-profile', 'the profile is not complete')
    .option('--template <name>', 'token template of the emulator, for third parties', nonEmptyText)
    .option('--claim <name=value>', 'claim as JSON or text; can be repeated', addClaim)
    .option('--omit-claim <name>', 'claim to leave out; can be repeated', addText)
    .option('--json', 'write JSON with the token, its expiry and its claims')
    .addHelpText('after', examples)
    .action(async (options: MintOptions) => {
      const emulator = emulatorFrom(context, options);
      const minted = await mint(context, emulator, requestFrom(options), options);
      if (options.role !== undefined) await warnOfRole(context, emulator, options.role);
      await context.output.write(`${options.json ? printableJson(minted) : minted.token}\n`);
    });
}

function readSeconds(text: string): number {
  if (/^-?\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write a whole number of seconds, such as 3600 or -60.');
}

function addClaim(text: string, earlier: readonly Claim[] = []): readonly Claim[] {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('Write a name, = and a value, such as plan=pro.');
  return [...earlier, [name, readValue(value)]];
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The issuer URL of the emulator. Only an address of this machine is taken from settings: they usually name the issuer of
 * a real environment.
 */
function emulatorFrom(context: Context, { issuer, emulator, ...options }: MintOptions): string {
  if (emulator !== undefined) {
    if (issuer !== undefined) throw new UsageError('--emulator and --issuer cannot be combined. Use one of them.');
    const { hostname, href } = parseEmulatorUrl({ text: emulator, origin: 'flag' });
    if (!toriiHost.test(hostname)) return href;
    throw new UsageError(
      `torii token mint works only with an emulator. --emulator is ${shownUrl(emulator)}, a host of Torii.`,
    );
  }
  const setting = settingsFrom(context, options)('TORII_ISSUER', issuer);
  if (setting === undefined) return defaultEmulator;
  const url = parseEmulatorUrl(setting);
  if (isLoopback(url.hostname)) return url.href;
  throw new UsageError(
    `torii token mint works only with an emulator. ${describeSource(setting, issuer)} is ${shownUrl(setting.text)}, which is not ` +
      'on this machine. Use --emulator URL with the issuer URL of your emulator.',
  );
}

function parseEmulatorUrl({ text }: Setting): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  if (url !== undefined && isPlain && url.search === '' && url.hash === '') return url;
  throw new UsageError(
    `The URL of the emulator is ${shownUrl(text)}. Write the issuer URL that it prints when it starts, such as ${defaultEmulator}.`,
  );
}

function describeSource({ origin }: Setting, flag: string | undefined): string {
  if (flag !== undefined) return '--issuer';
  return origin === '.env' ? 'TORII_ISSUER in .env' : 'TORII_ISSUER';
}

function requestFrom(options: MintOptions): object {
  const { user, email, organization, role, actor, expired, expiresIn = expired ? -60 : undefined } = options;
  const { strangerKey, signedBy = strangerKey ? 'stranger' : undefined, locale, template, claim, omitClaim } = options;
  if (role !== undefined && organization === undefined) {
    throw new UsageError('--role needs --organization: a role is a role in an organization.');
  }
  const isEmail = user?.includes('@');
  return {
    ...(isEmail ? { user } : { userId: user }),
    ...(email !== undefined && { user: email }),
    ...(organization !== undefined && { organization: { id: organization, ...(role !== undefined && { role }) } }),
    ...(actor !== undefined && { actor: { sub: actor }, impersonating: true }),
    expiresInSeconds: expiresIn,
    signedBy,
    locale,
    template,
    ...(options.unverifiedEmail && { emailVerified: false }),
    ...(options.incompleteProfile && { profileComplete: false }),
    ...(claim !== undefined && { claims: Object.fromEntries(claim) }),
    omitClaims: omitClaim,
  };
}

interface Minted {
  readonly token: string;
  readonly expiresAt: unknown;
  readonly claims: unknown;
}

async function mint(context: Context, issuer: string, body: object, options: MintOptions): Promise<Minted> {
  const { status, text } = await send(context, `${issuer.replace(/\/+$/, '')}/_emulator/tokens`, body);
  const answer = Object(readValue(text));
  const { token } = answer;
  if (status === 201 && typeof token === 'string' && /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) {
    return { token, expiresAt: answer.expiresAt, claims: answer.claims };
  }
  const { code } = Object(answer.properties);
  if (status === 404 && code === 'user_not_found') {
    const email = options.email ?? options.user ?? '';
    throw new CommandFailure(
      `No user of the emulator has the email ${printable(email)}. Create one on its dashboard, or use --user with any id.`,
    );
  }
  if (status === 400 && code === 'invalid_request' && typeof answer.detail === 'string') {
    throw new CommandFailure(
      `The emulator refused the token: ${withoutSecrets(printable(answer.detail)).slice(0, 500)}`,
    );
  }
  throw new CommandFailure(
    `${shownUrl(issuer)} responded with ${status}, so it is not an emulator that mints tokens. Start one with \`torii emulator\`, ` +
      'and check TORII_ISSUER.',
  );
}

/** The emulator mints tokens with any role, but Torii issues only those of the environment. */
async function warnOfRole(context: Context, issuer: string, role: string): Promise<void> {
  const { status, text } = await send(context, `${issuer.replace(/\/+$/, '')}/_emulator/roles`);
  const list = Object(readValue(text)).roles;
  const keys = status === 200 && Array.isArray(list) ? list.map((each) => Object(each).key) : [];
  if (keys.length === 0 || keys.includes(role)) return;
  const known = keys.slice(0, 10).map((key) => printable(String(key)));
  context.output.say(`The emulator has no role ${printable(role)}. Its roles: ${known.join(', ')}.`);
}

async function send(
  { signal }: Context,
  url: string,
  body?: object,
): Promise<{ readonly status: number; readonly text: string }> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, limit]),
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > maxBytes) break;
    }
    return { status: response.status, text };
  } catch (error) {
    signal.throwIfAborted();
    const { remedy } = readConnectionFailure(error);
    const what = limit.aborted ? `did not respond within ${timeoutMs / 1000} seconds` : 'cannot be reached';
    throw new CommandFailure(
      `The emulator at ${shownUrl(url.replace(/\/_emulator\/\w+$/, ''))} ${what}. ${remedy ?? 'Start it with `torii emulator`, or set TORII_ISSUER to the URL that it prints.'}`,
    );
  }
}
