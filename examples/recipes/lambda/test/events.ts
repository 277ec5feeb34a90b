// Creates the events that API Gateway, function URLs and load balancers send to a function for a request.
import type {
  ALBEvent,
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
} from 'aws-lambda';

export interface Sent {
  readonly method?: string;
  /** The path as the client sent it, with the stage. */
  readonly path?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string;
  /** Whether the gateway sends the body as base64, as it does for binary media types. */
  readonly binary?: boolean;
}

const host = 'a1b2c3.execute-api.eu-north-1.amazonaws.com';
const arn = 'arn:aws:execute-api:eu-north-1:111122223333:a1b2c3';

/** A REST API, with payload format 1.0. The names of headers have the case in which they were sent. */
export function restEvent(sent: Sent = {}): APIGatewayProxyEvent {
  const { method = 'GET', path = '/me', headers = [] } = sent;
  const lines = [['Host', host], ['X-Forwarded-For', '203.0.113.7'], ...headers] as const;
  return {
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: Object.fromEntries(lines),
    multiValueHeaders: listsOf(lines),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: { proxy: path.slice(1) },
    stageVariables: null,
    requestContext: {
      resourcePath: '/{proxy+}',
      httpMethod: method,
      path: `/prod${path}`,
      stage: 'prod',
      protocol: 'HTTP/1.1',
      domainName: host,
      requestId: '7f1c',
      identity: { sourceIp: '203.0.113.7' },
      authorizer: null,
    } as unknown as APIGatewayProxyEvent['requestContext'],
    ...bodyOf(sent),
  };
}

/** The test button of the console sends `null` if no headers were given. */
export function restEventWithoutHeaders(sent: Sent = {}): APIGatewayProxyEvent {
  return { ...restEvent(sent), headers: null, multiValueHeaders: null } as unknown as APIGatewayProxyEvent;
}

/** An HTTP API with payload format 2.0: names are in lower case, repeated headers are joined, cookies are in a list. */
export function httpEvent(sent: Sent = {}): APIGatewayProxyEventV2 {
  const { method = 'GET', path = '/me', headers = [] } = sent;
  const sentHeaders = headers.map(([name, value]) => [name.toLowerCase(), value] as const);
  const all = [['host', host], ['x-forwarded-for', '203.0.113.7'], ...sentHeaders] as const;
  const cookies = all.filter(([name]) => name === 'cookie').flatMap(([, value]) => value.split(/; */));
  const others = all.filter(([name]) => name !== 'cookie');
  // An HTTP API decodes the path before the function sees it.
  const rawPath = decodeURIComponent(path);
  const { body, ...rest } = bodyOf(sent);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString: '',
    ...(cookies.length > 0 && { cookies }),
    headers: Object.fromEntries(Object.entries(listsOf(others)).map(([name, values]) => [name, values.join(',')])),
    requestContext: {
      accountId: '111122223333',
      apiId: 'a1b2c3',
      domainName: host,
      domainPrefix: 'a1b2c3',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8.9.1' },
      requestId: '7f1c',
      routeKey: '$default',
      stage: '$default',
      time: '30/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_796_040_000_000,
    },
    ...(body !== null && { body }),
    ...rest,
  };
}

/** A function URL: payload format 2.0, with the path as it was sent. */
export function urlEvent(sent: Sent = {}): APIGatewayProxyEventV2 {
  const event = httpEvent({ ...sent, path: '/' });
  const { path = '/me' } = sent;
  const domainName = 'abcdefgh.lambda-url.eu-north-1.on.aws';
  const http = { ...event.requestContext.http, path };
  return { ...event, rawPath: path, requestContext: { ...event.requestContext, domainName, http } };
}

/** A load balancer, whose target group has multi-value headers turned on, or not. */
export function loadBalancerEvent(sent: Sent = {}, multiValue = true): ALBEvent {
  const { method = 'GET', path = '/me', headers = [] } = sent;
  const lines = [['host', 'app.example.com'], ...headers].map(([name = '', value = '']) => [
    name.toLowerCase(),
    value,
  ]) as readonly [string, string][];
  return {
    requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-north-1:111122223333:targetgroup/a/1' } },
    httpMethod: method,
    path,
    ...(multiValue ? { multiValueHeaders: listsOf(lines) } : { headers: Object.fromEntries(lines) }),
    ...bodyOf(sent),
  };
}

export function restAuthorizerEvent(sent: Sent = {}): APIGatewayRequestAuthorizerEvent {
  const { body: _, isBase64Encoded: __, ...event } = restEvent(sent);
  const methodArn = `${arn}/prod/${event.httpMethod}${event.path}`;
  return { type: 'REQUEST', methodArn, ...event } as unknown as APIGatewayRequestAuthorizerEvent;
}

export function httpAuthorizerEvent(sent: Sent = {}): APIGatewayRequestAuthorizerEventV2 {
  const { isBase64Encoded: _, cookies = [], ...event } = httpEvent(sent);
  const { method } = event.requestContext.http;
  const { authorization } = event.headers;
  return {
    ...event,
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${arn}/$default/${method}${event.rawPath}`,
    identitySource: authorization === undefined ? [] : [authorization],
    cookies,
    pathParameters: {},
    stageVariables: {},
  } as unknown as APIGatewayRequestAuthorizerEventV2;
}

function listsOf(lines: readonly (readonly [string, string])[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (const [name, value] of lines) {
    lists[name] = [...(lists[name] ?? []), value];
  }
  return lists;
}

function bodyOf({ body, binary = false }: Sent): { body: string | null; isBase64Encoded: boolean } {
  if (body === undefined) return { body: null, isBase64Encoded: false };
  return { body: binary ? Buffer.from(body).toString('base64') : body, isBase64Encoded: binary };
}
