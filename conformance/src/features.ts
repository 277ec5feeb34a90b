/** What a server may lack. A case that needs one of these can be left out by its name. */
export const features = [
  'optional',
  'publicPaths',
  'checks',
  'rewrites',
  'headers',
  'mistakes',
  'cookie',
  'bareToken',
  'preflight',
  'audience',
  'claims',
  'environment',
  'revocations',
  'webhooks',
] as const;

export type Feature = (typeof features)[number];

/**
 * How strictly responses are judged. `decisions`: who gets in, and as which user. `responses`: also the exact status, challenge, headers
 * and body of each refusal.
 */
export type Level = 'decisions' | 'responses';
