import type { IncomingMessage, ServerResponse } from 'node:http';
import { verifier } from './torii.ts';

/** Answers with the id of the caller, and refuses requests without a valid access token. */
export async function me(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { auth, denial } = await verifier.check(request);
  const { status, headers, body } = denial ?? { status: 200, headers: {}, body: { userId: auth.userId } };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}
