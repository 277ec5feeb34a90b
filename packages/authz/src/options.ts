import { ToriiConfigError } from '@torii/core';
import {
  compilePublicPaths,
  emitterFor,
  listPaths,
  listTexts,
  type Options,
  type PublicPaths,
  readChoice,
  readFunction,
  readHttpName,
  readKnownOptions,
  readNumber,
  readText,
  wrongOption,
} from '@torii/core/adapter';
import type { AuthzListener } from './events.ts';
import { DocumentError } from './policy/document.ts';
import { type PermissionsSource, readerOf } from './policy/permissions-option.ts';
import { PolicySource } from './policy/policy-source.ts';
import { type ClaimNames, type ClaimSettings, roleFallbacks } from './rules/caller.ts';
import { problemOfBaseDomain } from './rules/host.ts';
import { compilePathPattern, type PathPattern } from './rules/path-pattern.ts';
import type { Settings } from './rules/settings.ts';

/** How a request names its tenant. Everything that is set must agree with the token. */
export interface TenantOptions {
  /** The header that names the tenant, held against the claim `tenant`. True: `X-Tenant-Id`. */
  readonly header?: true | string;
  /** Your domain, or several: `example.com`. The host is then a subdomain of it, held against the claim `subdomain`. */
  readonly baseDomain?: string | readonly string[];
  /** Where the path names the tenant: `/api/v1/:company/*`, held against the claim `slugs`. */
  readonly slug?: string;
  /** Paths that belong to no tenant at all, written as in core's `publicPaths`: `/api/v1/me`, `/api/v1/me/*`. */
  readonly withoutTenant?: readonly string[];
  /** Paths that name no tenant themselves, while header and host must: `/api/v1/reports/*`. */
  readonly withoutSlug?: readonly string[];
}

/** What {@link createAuthz} takes. At least `tenant` or `permissions`. */
export interface AuthzOptions {
  readonly claims?: ClaimNames;
  readonly tenant?: TenantOptions;
  /** Roles and what each may do. Left out, roles are not looked at. */
  readonly permissions?: PermissionsSource;
  /**
   * What stands in front of the resource where the path names no tenant: `/api/v1/*`.
   *
   * @default '/*'
   */
  readonly base?: string;
  /**
   * What becomes of requests that an admin makes in a user's name: `audit` lets them be decided like any other and tells
   * `onEvent`.
   *
   * @default 'refuse'
   */
  readonly impersonation?: 'refuse' | 'audit';
  /**
   * Seconds after which a change of the permissions holds at the latest; at most an hour. For a function or a store.
   *
   * @default 5
   */
  readonly refreshSeconds?: number;
  /**
   * Milliseconds that a request waits for a function or a store; at most a minute, and never longer than `refreshSeconds`,
   * since what is that old when it comes is not used. Then the answer is 503.
   *
   * @default 2000
   */
  readonly timeoutMs?: number;
  /** Told what was loaded, what is malformed in it, what failed, and who acted in another's name. */
  readonly onEvent?: AuthzListener;
  /** Explains every decision: true for `console.debug`, or a function that takes the text. For development. */
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

const example = "createAuthz({ tenant: { slug: '/api/v1/:company/*' } })";

/**
 * Checks options once and for all.
 *
 * @throws ToriiConfigError naming the option and what to write instead
 */
export function readOptions(given: AuthzOptions): Settings {
  const options = readKnownOptions(given, optionNames, example);
  if (!('tenant' in options || 'permissions' in options)) {
    throw new ToriiConfigError(
      'options',
      'There is nothing to check. Give createAuthz `tenant`, `permissions` or both.',
    );
  }
  const tenant = readTenant(options);
  const emit = emitterFor(readFunction<AuthzListener>(options, 'onEvent'));
  const source = readSource(options, emit);
  const slug = 'slug' in tenant ? readPattern(tenant, 'slug', '/api/v1/:company/*') : undefined;
  if (slug !== undefined && !String(tenant['slug']).includes('/:')) {
    throw wrongOption('slug', "does not say where the tenant stands. Write slug: '/api/v1/:company/*'");
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
  const read = (name: 'userId' | 'tenant' | 'subdomain' | 'slugs', absent: string): string =>
    readText(claims, name, `${name}: '${absent}'`) ?? absent;
  const roles = 'roles' in claims ? listTexts(claims, 'roles', "roles: 'user_roles'") : ['org_role'];
  return {
    userId: read('userId', 'sub'),
    tenant: read('tenant', 'org_id'),
    subdomain: read('subdomain', 'subdomain'),
    slugs: read('slugs', 'pathname_slugs'),
    roles: Array.isArray(claims.roles) ? roles : [...roles, ...roleFallbacks],
  };
}

function readSource(options: AuthzOptionValues, emit: AuthzListener): PolicySource | undefined {
  const refreshMs = readNumber(options, 'refreshSeconds', { from: 0.001, to: 3600, absent: 5 }) * 1000;
  const timeoutMs = readNumber(options, 'timeoutMs', { from: 0.001, to: 60_000, absent: 2000 });
  if (!('permissions' in options)) return undefined;
  const { read, isFixed } = readerOf(options.permissions);
  const source = new PolicySource({ read, refreshMs: isFixed ? undefined : refreshMs, timeoutMs, emit });
  try {
    if (isFixed) source.readAtOnce();
  } catch (cause) {
    if (!(cause instanceof DocumentError)) throw cause;
    throw wrongOption('permissions', `is no document: ${cause.message}`);
  }
  return source;
}

function readPattern<Name extends string>(options: Options<Name>, name: Name, absent: string): PathPattern {
  const example = `${name}: '${absent}'`;
  const pattern = readText(options, name, example) ?? absent;
  try {
    return compilePathPattern(pattern);
  } catch (cause) {
    throw wrongOption(name, `cannot be used: ${cause instanceof Error ? cause.message : cause}. Write ${example}`);
  }
}

/** An empty list is refused: it is what is left of a list whose entries were lost. */
function readPaths(tenant: TenantOptionValues, name: 'withoutTenant' | 'withoutSlug'): PublicPaths {
  return compilePublicPaths(listPaths(tenant, name, 1));
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
