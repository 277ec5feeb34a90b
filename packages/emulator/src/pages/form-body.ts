import type { HonoRequest } from 'hono';
import { readBytes } from '../http/body.ts';

/** Whether a request's body is a plain form, as a page without a script sends it. */
export function isForm(request: HonoRequest): boolean {
  return /^application\/x-www-form-urlencoded(?:;|$)/i.test(request.header('content-type') ?? '');
}

export async function readForm(request: HonoRequest): Promise<URLSearchParams> {
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request.raw.body)));
}
