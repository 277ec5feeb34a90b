// Descriptions of pages whose first sentence does not say what the page answers, by source. They are shown in llms.txt, in the lists of
// pages and by search engines.
export const descriptions: Readonly<Record<string, string>> = {
  'docs/start/index.md': 'Which package and which page for your framework, and what the first request looks like.',
  ...start({
    express: 'Express',
    koa: 'Koa',
    fastify: 'Fastify',
    hono: 'Hono',
    next: 'Next.js',
    node: 'any other server',
  }),
  'docs/roles-and-tenants.md':
    'Check roles, permissions and the tenant of a request: in a header, in a parameter of the path, and in queries.',
  'docs/moving-users.md':
    'Export users from Torii into a file, import them from a file, or copy them to another environment.',
  'docs/webhooks.md': 'Receive events, such as a new, changed, banned or signed-out user, and verify their signature.',
  'docs/sockets.md': 'Close a WebSocket or another long connection when its token expires or its user is banned.',
  'docs/tokens-for-third-parties.md': 'Get tokens from Torii for other services, with a token template.',
  'docs/caching.md':
    'Which responses may be cached, by browsers and CDNs, so that no user gets the response of another.',
  'docs/cors.md': 'Let pages of one origin call an API on another: the order of CORS and the guard, and preflights.',
  'docs/cookies-and-csrf.md': 'Send the token in a cookie, and which origins are then accepted.',
  'docs/current-auth.md': 'Find the caller in a function that does not get the request, with currentAuth().',
  'docs/revocation.md': 'Refuse the tokens of banned users and ended sessions on all servers, usually within a second.',
  'docs/monitoring.md':
    'Which events to count, how to log refusals with their request in each framework, when to alert, and what must not be in a log.',
  'docs/react-provider.md':
    "Use Torii's React provider, which keeps the session in the browser, together with @torii/next.",
  'docs/next-addresses.md': 'basePath, several domains and preview deployments of apps that use @torii/next.',
  'docs/stream-key-rotation.md': 'Replace the key that signs stream tokens, without refusing clients.',
  'docs/serverless.md':
    'What a cold start costs, how to read the keys from a file, and what happens when a process is stopped.',
  'docs/testing.md': 'Test who gets in with a local Torii, which creates tokens for any user, role and mistake.',
  'docs/report-only.md': 'Find out whom a new check would refuse before it refuses anyone.',
  'docs/commonjs.md':
    'Set up a new TypeScript project, and use the packages, which are ES modules, from CommonJS, Jest and Nest.',
  'packages/express/README.md': 'requireAuth, optionalAuth, allow and getAuth for Express 4 and 5, and their options.',
  'packages/koa/README.md': 'requireAuth, optionalAuth, allow and getAuth for Koa 2 and 3, and their options.',
  'packages/fastify/README.md': 'requireAuth, optionalAuth, allow and getAuth for Fastify 5, and their options.',
  'packages/hono/README.md': 'requireAuth, optionalAuth, allow and getAuth for Hono 4, and their options.',
  'packages/next/README.md':
    'createToriiNext for pages, actions and route handlers of Next.js 15 and 16, and its proxy.',
  'packages/api/api.md': 'Each method of the REST client, with its path, arguments and result.',
  'docs/troubleshooting.md': 'Each reason, error code and configuration error: what causes it, and what to do.',
  'docs/cli/index.md': 'The commands of torii, and the options that all of them have.',
  'SECURITY.md': 'How to report a vulnerability in private, and when to expect a reply.',
  'docs/migrate/index.md': 'The guide for each library and provider, and the steps that all moves have.',
  'docs/migrate/ruby.md': 'The names of torii-backend, rack_jwt_aegis and turbocable beside those of these packages.',
  'docs/migrate/torii-backend-sdk.md': 'Replace @torii-backend/sdk: options, names and differences.',
  'docs/two-token-makers.md':
    'Accept the tokens of Clerk, Auth0 or another provider and those of Torii, while users move.',
  ...app({ express: 'Express', koa: 'Koa', fastify: 'Fastify', hono: 'Hono' }),
  'examples/migrate/README.md': 'For each migration guide, a small app before and after the move, with tests of both.',
  'examples/node-http/README.md': 'A server of node:http without a framework, with @torii/core.',
  'examples/shop/README.md': "Three services that call each other with the user's token, and verify it each time.",
  'examples/static-site/README.md':
    'A page that signs in at Torii, keeps its token in memory, and calls an API on another origin.',
  'examples/tour/README.md': 'All examples, started by npm start and shown step by step.',
  'docs/performance.md': 'Measured times and sizes, beside other libraries and the limits of the platform.',
  'list of Design': 'For each decision: what was chosen, why, and what else was tried.',
  'docs/decisions/verifier.md': 'Core verifies ES256 tokens with web crypto, and has no dependency.',
  'docs/decisions/token-schemes.md': 'Why a header must have the scheme Bearer, unless an option says otherwise.',
  'docs/decisions/current-auth.md': 'How currentAuth() finds the caller, and why it throws after the response.',
};

function start(frameworks: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(frameworks).map(([file, name]) => [
      `docs/start/${file}.md`,
      `From an empty folder to the first verified request with ${name}, in about a minute.`,
    ]),
  );
}

function app(frameworks: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(frameworks).map(([file, name]) => [
      `examples/${file}/README.md`,
      `An app of ${name} with a public page, a page for signed-in users, and a route for administrators.`,
    ]),
  );
}
