import { ToriiConfigError } from '@torii/core';
import { isError } from '@torii/core/adapter';
import {
  assertClaimNames,
  emitterFor,
  listTexts,
  type Options,
  type PublicPaths,
  readChoice,
  readFunction,
  readHttpName,
  readKnownOptions,
  readNumber,
  readPublicPaths,
  readText,
  wrongOption,
} from '@torii/core/internal';
import type { AuthzEventListener } from './events.ts';
import { DocumentError } from './policy/document.ts';
import { type PermissionsSource, readerOf } from './policy/permissions-option.ts';
import { PolicySource } from './policy/policy-source.ts';
import { type ClaimNames, type ClaimSettings, roleClaimsFor } from './rules/caller.ts';
import { problemOfBaseDomain } from './rules/host.ts';
import { compilePathPattern, type PathPattern } from './rules/path-pattern.ts';
import type { Settings } from './rules/settings.ts';

/**
 * Which parts of a request tell its tenant. Set `header`, `baseDomain`, `slug` or several of them. Each part that is
 * set must match the token.
 */
export interface TenantOptions {
  /**
   * The header that must equal the token's tenant (`claims.tenant`). `true` means `X-Tenant-Id`. A request without the
   * header, or with another tenant, is refused with 403; a request that contains the header twice, with 400.
   */
  readonly header?: true | string;
  /**
   * Your domain or domains, in lower case and without a port. The host must be a subdomain of one of them, and must
   * match the token's subdomain (`claims.subdomain`): with `example.com`, the host `acme.example.com` needs the
   * subdomain `acme`.
   */
  readonly baseDomain?: string | readonly string[];
  /**
   * The pattern of paths that contain the tenant, such as `/api/v1/:company/*`. The token (`claims.slugs`) must list
   * the path segment at `:company`. A path that does not match the pattern is refused.
   */
  readonly slug?: string;
  /**
   * Paths that belong to no tenant. For these paths, the header, the host and the slug are not checked, but permissions
   * still are. Written like a verifier's `publicPaths`: `/api/v1/me` is one path, `/api/v1/me/*` is everything below
   * it.
   */
  readonly withoutTenant?: readonly string[];
  /**
   * Paths that do not contain the tenant, such as `/api/v1/reports/*`. For these paths, `slug` is not checked, but
   * `header` and `baseDomain` still are.
   */
  readonly withoutSlug?: readonly string[];
}

/** Options of {@link createAuthz}. Set `tenant`, `permissions` or both. */
export interface AuthzOptions {
  /** The names of the token claims to read, if your tokens do not use Torii's names. */
  readonly claims?: ClaimNames;
  /** Which parts of a request tell its tenant. If absent, tenants are not checked. */
  readonly tenant?: TenantOptions;
  /** The permissions of each role, or where to read them. If absent, permissions are not checked. */
  readonly permissions?: PermissionsSource;
  /**
   * The beginning of the path, before the resource: with `/api/v1/*`, the path `/api/v1/sales` means the resource
   * `sales`. Used for paths that `slug` does not apply to.
   *
   * @default '/*'
   */
  readonly base?: string;
  /**
   * How requests of impersonated users are handled. `refuse` answers 403. `audit` applies the other rules as usual and
   * reports each request to `onEvent`, which must be set.
   *
   * @default 'refuse'
   */
  readonly impersonation?: 'refuse' | 'audit';
  /**
   * If `permissions` is a function or a store: how long a permission document is used before it is read again, in
   * seconds. A changed document takes effect within this time on every node. More than 0, at most 3600.
   *
   * @default 5
   */
  readonly refreshSeconds?: number;
  /**
   * If `permissions` is a function or a store: how long a request waits for the permissions before it is answered 503,
   * in milliseconds. More than 0, at most 60,000. If `refreshSeconds` is shorter, the wait ends after that time.
   *
   * @default 2000
   */
  readonly timeoutMs?: number;
  /**
   * Called when permissions are loaded or cannot be read, and for requests of impersonated users if `impersonation` is
   * `audit`. Errors that the listener throws are ignored.
   */
  readonly onEvent?: AuthzEventListener;
  /**
   * Logs an explanation of every decision: `true` uses `console.debug`, a function gets the text. For development.
   *
   * @default false
   */
  readonly debug?: boolean | ((text: string) => void);
}

const optionNames = [
  'claims',
  'tenant',
  'permissions',
  'base',
  'impersonation',
  'refreshSeconds',
  'timeoutMs',
  'onEvent',
  'debug',
] as const;
const tenantNames = ['header', 'baseDomain', 'slug', 'withoutTenant', 'withoutSlug'] as const;
const claimNames = ['userId', 'tenant', 'subdomain', 'slugs', 'roles'] as const;

type AuthzOptionValues = Options<(typeof optionNames)[number]>;
type TenantOptionValues = Options<(typeof tenantNames)[number]>;

const hints = {
  permissions: 'roles policy rbac document store',
  tenant: 'header slug',
  'It is an option of createVerifier': 'issuer checks',
};

const example = "createAuthz({ tenant: { slug: '/api/v1/:company/*' } })";

export function readOptions(given: AuthzOptions): Settings {
  const options = readKnownOptions(given, optionNames, example, 'options', hints);
  if (!('tenant' in options || 'permissions' in options)) {
    throw new ToriiConfigError(
      'options',
      'There is nothing to check. Give createAuthz `tenant`, `permissions` or both.',
    );
  }
  const tenant = readTenant(options);
  const emit = emitterFor(readFunction<AuthzEventListener>(options, 'onEvent'));
  const source = readSource(options, emit);
  const slug = 'slug' in tenant ? readPattern(tenant, 'slug', '/api/v1/:company/*') : undefined;
  if (slug !== undefined && !String(tenant['slug']).includes('/:')) {
    throw wrongOption('slug', "has no `:name` segment for the tenant. Write slug: '/api/v1/:company/*'");
  }
  return {
    claims: readClaims(options),
    paths: {
      isDecisive: slug !== undefined || source !== undefined,
      slug,
      base: readPattern(options, 'base', '/*'),
      isWithoutTenant: readPaths(tenant, 'withoutTenant'),
      isWithoutSlug: readPaths(tenant, 'withoutSlug'),
    },
    header: readHeader(tenant),
    baseDomains: readBaseDomains(tenant),
    source,
    impersonation: readImpersonation(options),
    emit,
    debug: readDebug(options),
  };
}

function readTenant(options: AuthzOptionValues): TenantOptionValues {
  const given = 'tenant' in options ? options.tenant : {};
  const tenant = readKnownOptions(given as TenantOptions, tenantNames, 'tenant: { header: true }', 'tenant');
  if (!('tenant' in options) || 'header' in tenant || 'baseDomain' in tenant || 'slug' in tenant) return tenant;
  const remedy = 'Set `header`, `baseDomain` or `slug`, or leave `tenant` out';
  throw wrongOption('tenant', `does not say how a request names its tenant. ${remedy}`);
}

function readClaims(options: AuthzOptionValues): ClaimSettings {
  const given = 'claims' in options ? options.claims : {};
  const claims = readKnownOptions(given as ClaimNames, claimNames, "claims: { roles: 'user_roles' }", 'claims');
  const read = (name: 'userId' | 'tenant' | 'subdomain' | 'slugs', absent: string): string => {
    const claim = readText(claims, name, `${name}: '${absent}'`) ?? absent;
    assertClaimNames(name, [claim], `${name}: '${absent}'`);
    return claim;
  };
  const roles = 'roles' in claims ? listTexts(claims, 'roles', "roles: 'user_roles'") : ['org_role'];
  assertClaimNames('roles', roles, "roles: 'user_roles'");
  return {
    userId: read('userId', 'sub'),
    tenant: read('tenant', 'org_id'),
    subdomain: read('subdomain', 'subdomain'),
    slugs: read('slugs', 'pathname_slugs'),
    roles: Array.isArray(claims.roles) ? roles : roles.flatMap(roleClaimsFor),
  };
}

function readSource(options: AuthzOptionValues, emit: AuthzEventListener): PolicySource | undefined {
  const refreshMs = readNumber(options, 'refreshSeconds', { from: 0.001, to: 3600, absent: 5 }) * 1000;
  const timeoutMs = readNumber(options, 'timeoutMs', { from: 0.001, to: 60_000, absent: 2000 });
  if (!('permissions' in options)) return undefined;
  const { read, isFixed } = readerOf(options.permissions);
  const source = new PolicySource({ read, refreshMs: isFixed ? undefined : refreshMs, timeoutMs, emit });
  try {
    if (isFixed) source.readAtOnce();
  } catch (cause) {
    if (!(cause instanceof DocumentError)) throw cause;
    throw wrongOption('permissions', `cannot be used: ${cause.message}`);
  }
  return source;
}

function readPattern<Name extends string>(options: Options<Name>, name: Name, absent: string): PathPattern {
  const example = `${name}: '${absent}'`;
  const pattern = readText(options, name, example) ?? absent;
  try {
    return compilePathPattern(pattern);
  } catch (cause) {
    throw wrongOption(name, `cannot be used: ${isError(cause) ? cause.message : cause}. Write ${example}`);
  }
}

function readPaths(tenant: TenantOptionValues, name: 'withoutTenant' | 'withoutSlug'): PublicPaths {
  return readPublicPaths(tenant, name, 1);
}

function readHeader(tenant: TenantOptionValues): string | undefined {
  if (tenant.header === true) return 'x-tenant-id';
  return readHttpName(tenant, 'header', "header: true, or 'X-Tenant-Id'")?.toLowerCase();
}

function readBaseDomains(tenant: TenantOptionValues): readonly string[] | undefined {
  if (!('baseDomain' in tenant)) return undefined;
  const domains = listTexts(tenant, 'baseDomain', "baseDomain: 'example.com'");
  for (const domain of domains) {
    const problem = problemOfBaseDomain(domain);
    if (problem === undefined) continue;
    throw wrongOption('baseDomain', `${problem}. Write baseDomain: 'example.com'`);
  }
  return domains.toSorted((a, b) => b.length - a.length);
}

function readImpersonation(options: AuthzOptionValues): 'refuse' | 'audit' {
  const impersonation = readChoice(options, 'impersonation', ['refuse', 'audit']);
  if (impersonation === 'audit' && options.onEvent === undefined) {
    throw wrongOption('onEvent', "is missing. `impersonation: 'audit'` calls it: set it too");
  }
  return impersonation;
}

function readDebug(options: AuthzOptionValues): ((text: string) => void) | undefined {
  const { debug } = options;
  if (debug === undefined || debug === false) return undefined;
  return emitterFor(debug === true ? (text: string) => console.debug(text) : readFunction(options, 'debug'));
}
