// Events of AWS Lambda: of API Gateway (payload format 1.0 and 2.0), function URLs and load balancers. Only an object with
// `requestContext` and a method is one: apps add a `requestContext` to the requests of frameworks.
import { nothing } from './headers.ts';
import { objectIn, textOf } from './properties.ts';

/** `undefined` if the object is not an event of an HTTP request, such as a message of a WebSocket. */
export function eventMethod(event: object): string | undefined {
  const context = objectIn(event, 'requestContext');
  const http = objectIn(context, 'http');
  return context && (textOf(event, 'httpMethod') ?? (http && textOf(http, 'method')));
}

// An HTTP API decodes the path, so a `?` in it does not begin a query. The path is returned with it, and is then never public.
export function eventPath(event: object): string | undefined {
  if (eventMethod(event) === undefined) return undefined;
  return textOf(event, 'path') ?? textOf(event, 'rawPath');
}

/** Payload format 2.0 has the cookies in a list instead of the header. */
export function eventCookies(event: object): readonly string[] {
  if (eventMethod(event) === undefined) return nothing;
  const cookies = objectIn(event, 'cookies');
  return Array.isArray(cookies) ? cookies.filter((cookie) => typeof cookie === 'string') : nothing;
}
