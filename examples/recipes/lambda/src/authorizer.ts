import { type Auth, createVerifier, denialFor } from '@torii/core';
import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import type { Caller } from './behind-authorizer.ts';

const verifier = createVerifier({ issuer: process.env.TORII_ISSUER, checks: [(auth) => auth.emailVerified] });

// #region payload-1
/** The authorizer of a REST API, or of an HTTP API with payload format 1.0. */
export async function restAuthorizer(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  if (event.type !== 'REQUEST' || !event.methodArn)
    throw new Error('Not an event of a REQUEST authorizer, payload 1.0');
  try {
    const auth = await verifier.authenticate(event);
    // The client chose the path. In a policy, these characters would match other paths too.
    if (/[*?]|\$\{/.test(event.methodArn)) return policyFor('Deny', 'forbidden', '*');
    return policyFor('Allow', auth.userId, event.methodArn, contextOf(auth));
  } catch (error) {
    const status = denialFor(error)?.status;
    if (status === 401) throw new Error('Unauthorized'); // With exactly this message, API Gateway responds with 401.
    if (status === 400 || status === 403) return policyFor('Deny', 'forbidden', event.methodArn);
    throw error; // API Gateway responds with 500, and does not cache it.
  }
}

function policyFor(effect: 'Allow' | 'Deny', principalId: string, resource: string, context: Partial<Caller> = {}) {
  const statement = { Action: 'execute-api:Invoke', Effect: effect, Resource: resource };
  return { principalId, policyDocument: { Version: '2012-10-17', Statement: [statement] }, context };
}
// #endregion

// #region payload-2
/** The authorizer of an HTTP API with payload format 2.0 and simple responses. */
export async function httpAuthorizer(
  event: APIGatewayRequestAuthorizerEventV2,
): Promise<APIGatewaySimpleAuthorizerWithContextResult<Partial<Caller>>> {
  if (event.type !== 'REQUEST' || !event.routeArn) throw new Error('Not an event of a REQUEST authorizer, payload 2.0');
  try {
    return { isAuthorized: true, context: contextOf(await verifier.authenticate(event)) };
  } catch (error) {
    const status = denialFor(error)?.status;
    if (status !== undefined && status !== 503) return { isAuthorized: false, context: {} }; // API Gateway responds with 403.
    throw error; // API Gateway responds with 500, and does not cache it.
  }
}
// #endregion

// #region context
/** Only text: API Gateway refuses null and objects, and turns `false` into the text "false", which is truthy. */
function contextOf({ userId, organization, impersonating, expiresAt }: Auth): Caller {
  const [organizationId, role] = [organization?.id ?? '', organization?.role ?? ''];
  return { userId, organizationId, role, impersonating: impersonating ? 'true' : '', expiresAt: String(expiresAt) };
}
// #endregion
