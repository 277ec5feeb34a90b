import { mintRequested, tokenResponseOf } from '../../requested-token.ts';
import { checkToken } from '../../token-check.ts';
import type { ControlOperations } from '../operation.ts';

export const tokenOperations: ControlOperations = {
  'POST /tokens': {
    does: 'mints an access token: `{ token, expiresAt, claims }`, or the token alone with `Accept: text/plain`',
    example: '{ "user": "ada@example.com", "organization": { "id": "acme", "role": "org:member" } }',
    members: ['token'],
    handle: async ({ environment }, { fields }) => {
      const body = tokenResponseOf(await mintRequested(environment, fields));
      return { status: 201, body, text: `${body.token}\n` };
    },
  },
  'GET /whoami': {
    does: 'verifies the token of the `Authorization` header: `{ userId, claims }`, or 401',
    members: [],
    handle: async ({ environment, clock }, { header }) => {
      const claims = await checkToken(environment, clock, header('authorization'));
      return { body: { userId: claims['sub'], claims } };
    },
  },
  'GET /tokens': {
    does: 'the claims of the last 50 tokens, newest first',
    members: [],
    handle: ({ environment: { journal } }) => ({ body: { tokens: journal.tokens } }),
  },
};
