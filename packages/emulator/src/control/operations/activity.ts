import type { ControlOperations } from '../operation.ts';

export const activityOperations: ControlOperations = {
  'GET /state': {
    does: 'the environment with its id (`environment.id`) and URLs, the clock, keys, faults and counts of requests',
    members: [
      'name',
      'environmentId',
      'issuer',
      'apiUrl',
      'jwksUrl',
      'loginUrl',
      'signInUrl',
      'dashboardUrl',
      'publishableKey',
      'allowedOrigins',
      'environments',
      'keyIds',
      'requests',
      'now',
    ],
    handle: ({ library, faults, traffic, clock, issuers }) => {
      const { name, environmentId: id, issuer, apiUrl, jwksUrl, loginUrl, signInUrl, dashboardUrl } = library;
      const { publishableKey, allowedOrigins, keyIds } = library;
      return {
        body: {
          now: clock.now(),
          environment: { name, id, issuer, apiUrl, jwksUrl, loginUrl, signInUrl, dashboardUrl, publishableKey },
          allowedOrigins,
          environments: [...issuers].map(([each, url]) => ({ name: each, issuer: url })),
          keys: keyIds,
          faults: faults.active,
          requests: traffic.counts,
        },
      };
    },
  },
  'GET /requests': {
    does: 'the last 200 requests, and apart from them the last 50 for keys, newest first',
    members: [],
    handle: ({ environment: { journal } }) => ({
      body: { requests: journal.requests, keyFetches: journal.keyFetches },
    }),
  },
};
