import { authorize, type Check, createVerifier, denialFor } from '@torii/core';
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

// Outside of the handler, so that all requests of a process share the keys and the verified tokens.
const verifier = createVerifier({ issuer: process.env.TORII_ISSUER, publicPaths: ['/health'] });
const isAdmin: Check = (auth) => auth.organization?.role === 'org:administrator';

export async function handler(
  event: APIGatewayProxyEvent | APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> {
  try {
    const auth = await verifier.authenticate(event);
    if (auth === null) return json(200, { status: 'ok' }); // a public path
    const method = 'rawPath' in event ? event.requestContext.http.method : event.httpMethod;
    if (method === 'DELETE') await authorize(auth, event, [isAdmin]);
    return json(200, { userId: auth.userId, sent: bodyOf(event) });
  } catch (error) {
    const denial = denialFor(error);
    if (denial) return json(denial.status, denial.body, denial.headers);
    throw error; // not a refusal: Lambda logs it, and the caller gets 500 or 502
  }
}

function json(statusCode: number, body: object, headers: object = {}): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEvent | APIGatewayProxyEventV2): string {
  return Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8').toString();
}
