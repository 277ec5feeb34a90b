import type { EmulatorEnvironment } from '../src/index.ts';

/** A well-formed id that does not exist. */
export const unknownId = '01931a73-8b00-7000-8000-000000000000';

/** The body of a problem response. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly properties: {
    readonly code: string;
    readonly supportId: string;
    readonly errors?: readonly { readonly field: string; readonly message: string }[];
  };
}

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Calls the REST API with the emulator's secret key, or with the given headers. */
export async function callApi<Body = ProblemBody>(
  torii: EmulatorEnvironment,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${torii.secretKey}` },
): Promise<Answer<Body>> {
  return answerOf(
    await fetch(`${torii.apiUrl}/api/server/v1${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
}

export async function signIn<Body = ProblemBody>(torii: EmulatorEnvironment, body: unknown): Promise<Answer<Body>> {
  return answerOf(
    await fetch(torii.loginUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'a browser' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

async function answerOf<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  const body = (text === '' ? undefined : JSON.parse(text)) as Body;
  return { status: response.status, headers: response.headers, body };
}
