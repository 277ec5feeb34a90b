import type { APIGatewayProxyEvent, APIGatewayProxyEventV2WithLambdaAuthorizer } from 'aws-lambda';

/** What the authorizer says of the caller. Not an `Auth`: it was not verified in this function. */
export interface Caller {
  readonly userId: string;
  readonly organizationId: string;
  readonly role: string;
  /** 'true' if an admin acts on behalf of the user, otherwise empty. */
  readonly impersonating: string;
  /** Unix seconds. */
  readonly expiresAt: string;
}

type Event = APIGatewayProxyEvent | APIGatewayProxyEventV2WithLambdaAuthorizer<Partial<Caller> | null>;

/** `undefined` if no authorizer ran before this function, or if the token of a cached result has expired. */
export function callerOf(event: Event): Caller | undefined {
  const authorizer: { readonly lambda?: unknown } | null | undefined = event.requestContext?.authorizer;
  const context = (authorizer?.lambda ?? authorizer) as Partial<Caller> | null | undefined;
  const isComplete = typeof context?.userId === 'string' && context.userId !== '';
  // 30 seconds are the `clockTolerance` of the authorizer's verifier.
  const isValid = isComplete && (Number(context.expiresAt) + 30) * 1000 > Date.now();
  return isValid ? (context as Caller) : undefined;
}
