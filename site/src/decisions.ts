import type { Group } from './contents.ts';

/** The decision pages by subject. */
export const decisions: readonly Group[] = [
  group(
    'Tokens and keys',
    'verifier',
    'key-sets',
    'jwt',
    'issuer-per-tenant',
    'two-token-makers',
    'keys-and-text-files',
    'bytes',
  ),
  group(
    'Requests',
    'refusals',
    'hosts',
    'public-paths',
    'token-schemes',
    'cookies',
    'current-auth',
    'report-only',
    'one-call-forms',
  ),
  group(
    'Options and mistakes',
    'options',
    'mistakes',
    'troubleshooting',
    'missing-await',
    'events',
    'realms',
    'type-names',
  ),
  group('Adapters', 'fastify', 'next', 'next-addresses', 'renewal-in-proxy'),
  group(
    'Calls to other services',
    'generated-client',
    'api-errors',
    'safe-repetitions',
    'announced-calls',
    'onward-tokens',
    'webhooks',
  ),
  group('Roles, revocation and streams', 'authz', 'authz-dependencies', 'revocation', 'streams', 'memory-bounds'),
  group(
    'Tools',
    'cli-resources',
    'cli-output',
    'cli-dependencies',
    'doctor',
    'init',
    'emulator',
    'emulator-dependencies',
    'browser-contract',
  ),
  group(
    'How we build and test',
    'published-form',
    'platform',
    'time',
    'simulation',
    'conformance',
    'site',
    'toolchain',
    'ruby-sdk',
  ),
];

function group(title: string, ...names: readonly string[]): Group {
  return { title, entries: names.map((name) => `docs/decisions/${name}.md`) };
}
