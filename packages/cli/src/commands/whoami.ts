import { defaultApiUrl } from '@torii/api';
import type { Auth } from '@torii/core';
import type { Command } from 'commander';
import { addText } from '../arguments.ts';
import { type ApiOptions, addApiOptions, apiSettingsFrom, clientWith } from '../client.ts';
import type { Context } from '../context.ts';
import { isKeyRefused } from '../failure-text.ts';
import { CommandFailure } from '../failures.ts';
import { withoutSecrets } from '../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord } from '../output/records.ts';
import type { Column } from '../output/table.ts';
import { settingsFrom } from '../settings.ts';
import { placeOf, shownKey, shownUrl } from '../shown-settings.ts';
import { readToken, type TokenSourceOptions } from '../token-source.ts';
import { describeMoment } from './token/claim-text.ts';
import { judge, rulesFrom } from './token/verdict.ts';

interface WhoamiOptions extends ApiOptions, FormOptions, TokenSourceOptions {
  readonly issuer?: readonly string[];
}

/** What torii uses, and whether the API accepts it. As written by --json. */
interface Identity {
  readonly issuer: string | null;
  readonly apiUrl: string;
  readonly secretKey: string | null;
  /** Whether the API accepts the key. `null` if it was not asked or did not answer. */
  readonly accepted: boolean | null;
  /** The id of the key's environment. `null` if it is not known: the API names it only in its users. */
  readonly environmentId: string | null;
  /** Whether the environment has users. `null` if that is not known. */
  readonly hasUsers: boolean | null;
}

interface Holder {
  readonly userId: string;
  readonly environmentId: string | null;
  readonly issuer: string | null;
  readonly organizationId: string | null;
  readonly role: string | null;
  readonly impersonating: boolean;
  readonly expiresAt: number;
}

const examples = `
Examples:
  $ torii whoami
  $ torii whoami --settings live.env
  $ torii whoami token.txt
  $ torii whoami --variable TOKEN`;

const identityColumns: readonly Column<Identity>[] = [
  { title: 'issuer', value: ({ issuer }) => issuer ?? 'not set (TORII_ISSUER)' },
  { title: 'REST API', value: ({ apiUrl }) => apiUrl },
  { title: 'secret key', value: ({ secretKey }) => secretKey ?? 'not set (TORII_SECRET_KEY)' },
  { title: 'accepted', value: ({ accepted }) => (accepted === null ? 'not known' : accepted ? 'yes' : 'no') },
  {
    title: 'environment',
    value: ({ environmentId, accepted, hasUsers }) =>
      environmentId ??
      (accepted ? `unknown: ${hasUsers ? 'its users do not name it' : 'it has no users yet'}` : 'unknown'),
  },
];

const holderColumns: readonly Column<Holder>[] = [
  { title: 'user', value: ({ userId }) => userId },
  { title: 'environment', value: ({ environmentId }) => environmentId },
  { title: 'issuer', value: ({ issuer }) => issuer },
  { title: 'organization', value: ({ organizationId }) => organizationId },
  { title: 'role', value: ({ role }) => role },
  { title: 'impersonated', value: ({ impersonating }) => (impersonating ? 'yes' : 'no') },
  { title: 'expires', value: ({ expiresAt }) => describeMoment(expiresAt, Date.now() / 1000, 'expired ') },
];

export function addWhoami(program: Command, context: Context): void {
  addFormOptions(addApiOptions(program.command('whoami')))
    .description('Show which environment and secret key torii uses, or whose a token is.')
    .argument('[file]', 'file with a token; - is standard input; without it, the secret key is shown')
    .option('--variable <name>', 'read a token from this variable of the environment or .env')
    .option('--issuer <url>', 'issuer; can be repeated (TORII_ISSUER)', addText)
    .addHelpText('after', examples)
    .action((file: string | undefined, options: WhoamiOptions) =>
      file === undefined && options.variable === undefined
        ? showIdentity(context, options)
        : showHolder(context, file, options),
    );
}

async function showIdentity(context: Context, options: WhoamiOptions): Promise<void> {
  const settings = await apiSettingsFrom(context, options);
  const { key, url } = settings;
  const issuer = settingsFrom(context, options)('TORII_ISSUER', options.issuer?.[0]);
  const place = (setting: typeof key, flag: string | undefined): string =>
    setting === undefined ? '' : ` (${placeOf(setting, flag, options.settings)})`;
  const issuers = options.issuer ?? (issuer === undefined ? [] : [issuer.text]);
  const known = {
    issuer:
      issuer === undefined ? null : issuers.map(shownUrl).join(', ') + place(issuer, options.issuer && '--issuer'),
    apiUrl: url === undefined ? defaultApiUrl : shownUrl(url.text) + place(url, options.apiUrl && '--api-url'),
    secretKey: key === undefined ? null : shownKey(key.text) + place(key, options.secretKeyFile && '--secret-key-file'),
  };
  const write = (rest: Pick<Identity, 'accepted' | 'environmentId' | 'hasUsers'>): Promise<void> =>
    writeRecord(context.output, formOf(options), identityColumns, { ...known, ...rest });
  if (key === undefined) {
    await write({ accepted: null, environmentId: null, hasUsers: null });
    throw new CommandFailure(
      'TORII_SECRET_KEY is not set, so the REST API was not asked. Set it in the environment or in .env.',
    );
  }
  try {
    // The API has no operation that names the owner of a key. Its users name their environment.
    const page = clientWith(settings).users.list({ limit: 1 }, { signal: context.signal });
    const { items } = await page;
    const environmentId: unknown = items[0]?.environmentId;
    await write({
      accepted: true,
      environmentId: typeof environmentId === 'string' ? withoutSecrets(environmentId) : null,
      hasUsers: items.length > 0,
    });
  } catch (error) {
    context.signal.throwIfAborted();
    await write({ accepted: isKeyRefused(error) ? false : null, environmentId: null, hasUsers: null });
    throw error;
  }
}

async function showHolder(context: Context, file: string | undefined, options: WhoamiOptions): Promise<void> {
  const rules = rulesFrom(context, { ...options, clockTolerance: 30 });
  const { auth, refusal, keyProblem } = await judge(await readToken(context, file, options), rules);
  if (auth === undefined) {
    const problem = keyProblem === undefined ? '' : ` Problem with the issuer’s keys: ${keyProblem}.`;
    throw new CommandFailure(
      `The token is refused (${refusal?.reason}): ${refusal?.message}${problem} Run \`torii token why\` for details.`,
    );
  }
  await writeRecord(context.output, formOf(options), holderColumns, holderOf(auth));
}

function holderOf({ userId, environmentId, issuer, organization, impersonating, expiresAt }: Auth): Holder {
  return {
    userId: withoutSecrets(userId),
    environmentId: environmentId === null ? null : withoutSecrets(environmentId),
    issuer,
    organizationId: organization === null ? null : withoutSecrets(organization.id),
    role: organization?.role ? withoutSecrets(organization.role) : null,
    impersonating,
    expiresAt,
  };
}
