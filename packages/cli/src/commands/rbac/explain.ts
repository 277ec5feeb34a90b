import { generateKeyPairSync, sign } from 'node:crypto';
import type { AuthzOptions, Finding, PermissionDocument } from '@torii/authz';
import { type Auth, ToriiAuthError, verifyToken } from '@torii/core';
import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { printable } from '../../output/printable.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord, writeRecords } from '../../output/records.ts';
import type { Column } from '../../output/table.ts';
import { loadAuthz, readDocument, readJsonObject } from './document.ts';

interface ExplainOptions extends FormOptions {
  readonly role?: readonly string[];
  readonly claims?: string;
  readonly base?: string;
  readonly options?: string;
  readonly host?: string;
  readonly header?: Readonly<Record<string, string>>;
}

const examples = `
Examples:
  $ torii rbac explain permissions.json \\
      GET /invoices --role org:member
  $ torii rbac explain permissions.json \\
      GET /api/v1/acme/invoices \\
      --claims claims.json \\
      --options authz.json \\
      --header 'X-Tenant-Id: 17'

authz.json has the options of createAuthz
but for permissions:
  { "tenant": { "header": true,
      "slug": "/api/v1/:company/*" } }`;

const columns: readonly Column<Finding>[] = [
  { title: 'rule', value: ({ rule }) => rule },
  { title: 'passed', value: ({ passed }) => (passed ? 'yes' : 'no') },
  { title: 'because', value: ({ because }) => because, narrowest: 16 },
];

/** A claim that no token has: roles that were named count, and no others. */
const roleClaim = '--role';

/** `torii rbac explain`: why a request would be let through or refused. */
export function addRbacExplain(rbac: Command, context: Context): void {
  addFormOptions(rbac.command('explain'))
    .description('Say rule by rule whether a request is let through; 1 where it is not.')
    .argument('<file>', 'the document, as JSON; - is standard input')
    .argument('<method>', 'GET, say')
    .argument('<path>', 'as it is sent, with its query')
    .option('--role <role...>', 'roles of the caller')
    .option('--claims <file>', 'claims of the caller’s token, as JSON')
    .option('--base <pattern>', 'what stands in front of the resource: /api/*')
    .option('--options <file>', 'options of createAuthz, as JSON')
    .option('--host <host>', 'of the request: acme.example.com')
    .option('--header <line>', 'of the request; can be given several times', addHeader)
    .addHelpText('after', examples)
    .action(async (file: string, method: string, path: string, options: ExplainOptions) => {
      const { createAuthz } = await loadAuthz('torii rbac explain');
      const permissions = await readDocument(context, file);
      const authz = createAuthz(await optionsFrom(context, permissions, options));
      const { role, claims, host, header = {} } = options;
      if (claims === undefined && role === undefined) {
        throw new UsageError('Nobody said who is calling: give --role, or --claims with the claims of a token.');
      }
      const given = claims === undefined ? {} : await readJsonObject(context, claims, 'the claims of a token');
      const auth = await callerWith({ ...given, ...(role !== undefined && { [roleClaim]: role }) }).catch(inOtherWords);
      const request = { method: method.toUpperCase(), url: path, headers: header, ...(host !== undefined && { host }) };
      const { allowed, findings } = await authz.explain(auth, request);

      const form = formOf(options);
      const { output } = context;
      if (form === 'table') {
        await output.write(`${allowed ? 'allowed' : 'refused'}  ${printable(`${request.method} ${path}`)}\n`);
        await writeRecords(output, form, columns, findings);
      } else await writeRecord(output, form, [], { allowed, findings });
      if (!allowed) throw new CommandFailure('Refused.');
    });
}

async function optionsFrom(context: Context, permissions: string, options: ExplainOptions): Promise<AuthzOptions> {
  const { base, role } = options;
  const given = options.options === undefined ? {} : await readJsonObject(context, options.options, 'options');
  return {
    ...given,
    permissions: documentFrom(permissions),
    ...(base !== undefined && { base }),
    ...(role !== undefined && { claims: { ...Object(given['claims']), roles: [roleClaim] } }),
  };
}

/** authz takes a document, and reads one from a text where a function gives it. */
function documentFrom(text: string): PermissionDocument {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('The document is not JSON. `torii rbac lint` looks at what is in one.');
  }
}

function inOtherWords(error: unknown): never {
  if (!(error instanceof ToriiAuthError)) throw error;
  throw new UsageError(`No token with these claims would be accepted: ${error.message}`);
}

function addHeader(line: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line) ?? [];
  if (name === undefined) throw new InvalidArgumentError("It must be a name, a colon and a value: 'X-Tenant-Id: 17'.");
  return { ...earlier, [name]: value };
}

const issuer = 'https://torii.example.com';

/**
 * Whoever has these claims, as a verifier would tell. authz decides about what a verifier made and nothing else, so a token
 * is made here, by a key of this moment, and verified: no claim is read otherwise than in a server.
 *
 * @throws ToriiAuthError for claims with which no token is accepted
 */
async function callerWith(claims: Readonly<Record<string, unknown>>): Promise<Auth> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Math.floor(Date.now() / 1000);
  const made = { sub: 'user', pid: 'environment', ...claims, iss: issuer, iat: now, exp: now + 60 };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  // Its times are of no interest here: a token's payload that was kept for a test still works.
  const { nbf: _nbf, ...payload } = made as Readonly<Record<string, unknown>>;
  const signed = `${encode({ alg: 'ES256', kid: 'key' })}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key' }] };
  return verifyToken(`${signed}.${signature.toString('base64url')}`, { issuer, keys });
}
