import type { HonoRequest } from 'hono';
import { Problem } from './problem.ts';

const largestBody = 64 * 1024;

/** Reads a request's JSON. */
export async function readJson(request: HonoRequest): Promise<unknown> {
  requireJson(request);
  return parseJson(await readBytes(request.raw.body));
}

/** Reads a request's JSON, or gives undefined where the body is empty: then its type does not matter either. */
export async function readOptionalJson(request: HonoRequest): Promise<unknown> {
  const bytes = await readBytes(request.raw.body);
  if (bytes.length === 0) return undefined;
  requireJson(request);
  return parseJson(bytes);
}

function requireJson(request: HonoRequest): void {
  const type = request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new Problem(415, 'unsupported_media_type', 'Send the body as JSON, with Content-Type: application/json.');
}

/** What the parser says is left out of the refusal, because it quotes the body: a password. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'malformed_json', 'The body is not valid JSON in UTF-8.');
  }
}

/** Whether a request's body is a plain form, as a page without a script sends it. */
export function isForm(request: HonoRequest): boolean {
  return /^application\/x-www-form-urlencoded(?:;|$)/i.test(request.header('content-type') ?? '');
}

export async function readForm(request: HonoRequest): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request.raw.body)));
}

// Not Hono's bodyLimit: it makes a new Request of the server's, which fails unless the server has replaced the globals.
/** Reads a body up to 64 kB. */
async function readBytes(body: Request['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    // Counted as it comes: a body need not tell its length, nor tell the truth about it.
    if (size > largestBody) {
      throw new Problem(413, 'body_too_large', `The body is larger than ${largestBody / 1024} kB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
