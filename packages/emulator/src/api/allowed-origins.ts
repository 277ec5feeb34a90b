import type { AllowedOrigins } from '../allowed-origins/allowed-origins.ts';
import type { Handlers } from './handler.ts';

type AllowedOriginOperation = 'GET /allowed-origins' | 'PUT /allowed-origins';

export function allowedOriginHandlers(allowedOrigins: AllowedOrigins): Handlers<AllowedOriginOperation> {
  return {
    'GET /allowed-origins'() {
      return { status: 200, body: { origins: allowedOrigins.list } };
    },
    'PUT /allowed-origins'({ body }) {
      const { origins } = body as { readonly origins: readonly string[] };
      return { status: 200, body: { origins: allowedOrigins.replace(origins) } };
    },
  };
}
