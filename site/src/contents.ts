// The table of contents of the site: every page, by section, in the order of the navigation. A test fails if a page is
// in no section and not excluded.
import { decisions } from './decisions.ts';

export interface Section {
  readonly title: string;
  /** The address of its list of pages, unless a page of the section has this address. */
  readonly address: string;
  /** The introduction of its list of pages. */
  readonly intro: string;
  readonly groups: readonly Group[];
}

export interface Group {
  /** Absent if the section has one group. */
  readonly title?: string;
  readonly entries: readonly Entry[];
}

/** A file of the repository, or a pattern of files, which are sorted by title. With a short text for the navigation. */
export type Entry = string | readonly [source: string, text: string];

export const sections: readonly Section[] = [
  {
    title: 'Start',
    address: '/start/',
    intro: 'From an empty folder to the first verified request.',
    groups: [
      {
        entries: [
          ['docs/start/index.md', 'Overview'],
          ['docs/start/express.md', 'Express'],
          ['docs/start/koa.md', 'Koa'],
          ['docs/start/fastify.md', 'Fastify'],
          ['docs/start/hono.md', 'Hono'],
          ['docs/start/next.md', 'Next.js'],
          ['docs/start/node.md', 'Any other server'],
        ],
      },
      {
        title: 'More ways in',
        entries: ['docs/frameworks.md', 'docs/comparison.md', 'docs/versions.md'],
      },
    ],
  },
  {
    title: 'Guides',
    address: '/guides/',
    intro: 'Each guide answers one question, and starts with code that works.',
    groups: [
      {
        title: 'Tokens and users',
        entries: [
          'docs/tokens.md',
          'docs/roles-and-tenants.md',
          'docs/current-auth.md',
          'docs/issuer-per-tenant.md',
          'docs/tokens-for-your-services.md',
          'docs/tokens-for-third-parties.md',
          'docs/tokens-from-proxies.md',
          'docs/webhooks.md',
          'docs/sockets.md',
          'docs/moving-users.md',
        ],
      },
      {
        title: 'The browser',
        entries: ['docs/browser.md', 'docs/cors.md', 'docs/cookies-and-csrf.md', 'docs/caching.md', 'docs/previews.md'],
      },
      {
        title: 'Next.js',
        entries: [
          ['docs/react-provider.md', 'The React provider'],
          ['docs/next-answers.md', 'What a refused visitor gets'],
          ['docs/next-addresses.md', 'Addresses and previews'],
        ],
      },
      {
        title: 'In production',
        entries: [
          'docs/keys-and-outages.md',
          ['docs/revocation.md', 'Revocation'],
          'docs/monitoring.md',
          'docs/failure-modes.md',
          'docs/rolling-out.md',
          'docs/report-only.md',
          'docs/serverless.md',
          'docs/edge.md',
          'docs/proxies.md',
          'docs/key-rotation.md',
          'docs/stream-key-rotation.md',
        ],
      },
      {
        title: 'Development',
        entries: ['docs/testing.md', 'docs/containers.md', 'docs/commonjs.md', 'docs/write-an-adapter.md'],
      },
      { title: 'Recipes', entries: ['docs/recipes/*.md'] },
    ],
  },
  {
    title: 'Packages',
    address: '/packages/',
    intro: 'All packages have the same version. The libraries run on Node 20.19 and newer.',
    groups: [
      {
        title: 'Adapters',
        entries: ['express', 'koa', 'fastify', 'hono', 'next'].map((name) => `packages/${name}/README.md`),
      },
      {
        title: 'Libraries',
        entries: ['core', 'api', 'authz', 'revocation', 'streams'].map((name) => `packages/${name}/README.md`),
      },
      {
        title: 'Tools',
        entries: ['packages/cli/README.md', 'packages/emulator/README.md', 'conformance/README.md'],
      },
    ],
  },
  {
    title: 'Reference',
    address: '/reference/',
    intro:
      'Everything that the packages export, made from the doc comments, and the tables of errors, events and commands.',
    groups: [
      {
        title: 'Tables',
        entries: [
          'docs/errors.md',
          'docs/events.md',
          'docs/environment-variables.md',
          ['packages/api/api.md', 'REST methods'],
        ],
      },
      { title: 'Entry points', entries: ['reference/*'] },
      { title: 'Command line', entries: ['docs/cli/*.md'] },
      { title: 'Releases', entries: ['changelog'] },
    ],
  },
  {
    title: 'Troubleshooting',
    address: '/troubleshooting',
    intro: 'Every reason and every mistake in options, with what to do.',
    groups: [{ entries: ['docs/troubleshooting.md'] }],
  },
  {
    title: 'Security',
    address: '/security-model',
    intro: 'What the packages promise, and how to report a vulnerability.',
    groups: [
      {
        entries: [
          'docs/security-model.md',
          ['docs/statements.md', 'What must hold'],
          ['SECURITY.md', 'Report a vulnerability'],
        ],
      },
    ],
  },
  {
    title: 'Migrate',
    address: '/migrate/',
    intro: 'From another library or provider to these packages.',
    groups: [
      {
        entries: [
          ['docs/migrate/index.md', 'Overview'],
          ['docs/two-token-makers.md', 'While users move'],
          ['docs/migrate/torii-backend-sdk.md', '@torii-backend/sdk'],
          ['docs/migrate/clerk-express.md', '@clerk/express'],
          ['docs/migrate/clerk-nextjs.md', '@clerk/nextjs'],
          ['docs/migrate/express-oauth2-jwt-bearer.md', 'express-oauth2-jwt-bearer'],
          ['docs/migrate/express-jwt.md', 'express-jwt'],
          ['docs/migrate/koa-jwt.md', 'koa-jwt'],
          ['docs/migrate/ruby.md', 'The Ruby gems'],
        ],
      },
    ],
  },
  {
    title: 'Examples',
    address: '/examples/',
    intro: 'Apps that run, each in a folder of the repository.',
    groups: [{ entries: ['examples/*/README.md'] }],
  },
  {
    title: 'Design',
    address: '/decisions/',
    intro: 'One page per decision: what was chosen, why, and what else was tried.',
    groups: [...decisions, { title: 'The repository', entries: ['CONTRIBUTING.md', 'CODE_OF_CONDUCT.md'] }],
  },
  {
    title: 'Evidence',
    address: '/evidence/',
    intro: 'Measurements and tests that the claims of these pages rest on.',
    groups: [
      {
        entries: [
          'docs/performance.md',
          ['bench/README.md', 'How it is measured'],
          'docs/conformance.md',
          ['runtimes/README.md', 'Runtimes'],
          'docs/simulation.md',
          'docs/mutation.md',
        ],
      },
    ],
  },
];

/** Pages of the repository that are not on the site, as patterns of their paths, with the reason. */
export const excluded: Readonly<Record<string, string>> = {
  'AGENTS\\.md': 'for coding agents: the site serves it as a file, beside llms.txt',
  'README\\.md': 'the home page is made from it',
  '\\.changeset/.+': 'part of the changelog',
  '.+/CHANGELOG\\.md': 'part of the changelog',
  '\\.github/.+': 'a form for pull requests',
};
