import { generateKeyPairSync, sign } from 'node:crypto';
import type { AuthzOptions, Finding, PermissionDocument } from '@torii/authz';
import { type Auth, ToriiAuthError, verifyToken } from '@torii/core';
import { type Command, InvalidArgumentError } from 'commander';
import type { Context } from '../../context.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { writeJson } from '../../output/json.ts';
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
except permissions:
  { "tenant": { "header": true,
      "slug": "/api/v1/:company/*" } }`;

const columns: readonly Column<Finding>[] = [
  { title: 'rule', value: ({ rule }) => rule },
  { title: 'passed', value: ({ passed }) => (passed ? 'yes' : 'no') },
  { title: 'because', value: ({ because }) => because, narrowest: 16 },
];

/** With --role, roles are read only from this claim. No real token has the claim, so roles in --claims are ignored. */
const roleClaim = '--role';

export function addRbacExplain(rbac: Command, context: Context): void {
  addFormOptions(rbac.command('explain'))
    .description('Show rule by rule whether a request is allowed. The exit code is 1 if it is refused.')
    .argument('<file>', 'JSON file with the permissions; - is standard input')
    .argument('<method>', 'HTTP method of the request, such as GET')
    .argument('<path>', 'path of the request, with its query')
    .option('--role <role...>', 'roles of the caller')
    .option('--claims <file>', 'JSON file with the claims of the caller’s token')
    .option('--base <pattern>', 'path before the resource, such as /api/*')
    .option('--options <file>', 'JSON file with the options of createAuthz')
    .option('--host <host>', 'host of the request, such as acme.example.com')
    .option('--header <line>', 'header of the request; can be repeated', addHeader)
    .addHelpText('after', examples)
    .action(async (file: string, method: string, path: string, options: ExplainOptions) => {
      const { createAuthz } = await loadAuthz('torii rbac explain');
      const permissions = await readDocument(context, file);
      const authz = createAuthz(await optionsFrom(context, permissions, options));
      const { role, claims, host, header = {} } = options;
      if (claims === undefined && role === undefined) {
        throw new UsageError('The caller is missing. Use --role, or --claims with the claims of a token.');
      }
      const given = claims === undefined ? {} : await readJsonObject(context, claims, 'the claims of a token');
      const auth = await callerWith({ ...given, ...(role !== undefined && { [roleClaim]: role }) }).catch(
        explainRejectedClaims,
      );
      const request = { method: method.toUpperCase(), url: path, headers: header, ...(host !== undefined && { host }) };
      const { allowed, findings } = await authz.explain(auth, request);

      const form = formOf(options);
      const { output } = context;
      if (form === 'table') {
        await output.write(`${allowed ? 'allowed' : 'refused'}  ${printable(`${request.method} ${path}`)}\n`);
        await writeRecords(output, form, columns, findings);
      } else await writeRecord(output, form, [], { allowed, findings });
      if (!allowed) throw new CommandFailure('The request is refused.');
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

function documentFrom(text: string): PermissionDocument {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('The document is not JSON. Run `torii rbac lint` for details.');
  }
}

function explainRejectedClaims(error: unknown): never {
  if (!(error instanceof ToriiAuthError)) throw error;
  throw new UsageError(`A token with these claims would be refused: ${error.message}`);
}

function addHeader(line: string, earlier: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/.exec(line) ?? [];
  if (name === undefined) throw new InvalidArgumentError("Write a name, a colon and a value, as in 'X-Tenant-Id: 17'.");
  return { ...earlier, [name]: value };
}

const issuer = 'https://torii.example.com';

/**
 * Creates an `Auth`, the verified caller, with these claims. @torii/authz only accepts an `Auth` from a verifier, so this
 * function signs a token with a temporary key and verifies it. The verifier reads the claims exactly as on a server.
 *
 * @throws ToriiAuthError if a token with these claims would be refused
 */
async function callerWith(claims: Readonly<Record<string, unknown>>): Promise<Auth> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Math.floor(Date.now() / 1000);
  const made = { sub: 'user', pid: 'environment', ...claims, iss: issuer, iat: now, exp: now + 60 };
  const encode = (value: object): string => Buffer.from(writeJson(value)).toString('base64url');
  // Replace `iat` and `exp` and leave out `nbf`, so that the payload of an expired token can be passed in --claims.
  const { nbf: _nbf, ...payload } = made as Readonly<Record<string, unknown>>;
  const signed = `${encode({ alg: 'ES256', kid: 'key' })}.${encode(payload)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'key' }] };
  return verifyToken(`${signed}.${signature.toString('base64url')}`, { issuer, keys });
}
