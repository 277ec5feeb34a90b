import type { HonoRequest } from 'hono';
import { Problem } from './problem.ts';

/** Reads a request's JSON. What the parser says is left out of the refusal, because it quotes the body: a password. */
export async function readJson(request: HonoRequest): Promise<unknown> {
  const type = request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new Problem(415, 'unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.');
  }
  const text = await request.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'malformed_json', 'The body is not valid JSON.');
  }
}
