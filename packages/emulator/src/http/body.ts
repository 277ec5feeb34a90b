import type { HonoRequest } from 'hono';
import { Problem } from './problem.ts';

const largestBody = 64 * 1024;

export async function readJson(request: HonoRequest): Promise<unknown> {
  requireJson(request);
  return parseJson(await readBytes(request.raw.body));
}

export async function readOptionalJson(request: HonoRequest): Promise<unknown> {
  const bytes = await readBytes(request.raw.body);
  if (bytes.length === 0) return undefined;
  requireJson(request);
  return parseJson(bytes);
}

function requireJson(request: HonoRequest): void {
  const type = request.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return;
  throw new Problem(
    415,
    'unsupported_media_type',
    'The body is not declared as JSON. Send Content-Type: application/json.',
  );
}

/** Parses JSON. The error leaves out the message of JSON.parse, which quotes the body: it can contain a password. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'malformed_json', 'The body is not valid JSON in UTF-8.');
  }
}

export function isForm(request: HonoRequest): boolean {
  return /^application\/x-www-form-urlencoded(?:;|$)/i.test(request.header('content-type') ?? '');
}

export async function readForm(request: HonoRequest): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request.raw.body)));
}

/**
 * Reads a body of at most 64 kB. Hono's bodyLimit cannot be used: it copies the Request, which works only if
 * @hono/node-server may replace the global Request, and router.ts forbids that.
 */
async function readBytes(body: Request['body']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    // Content-Length can be missing or wrong, so count the bytes.
    if (size > largestBody) {
      throw new Problem(413, 'body_too_large', `The body is larger than ${largestBody / 1024} kB.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
