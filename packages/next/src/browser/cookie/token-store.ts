import { withBasePath } from '../../base-path.ts';
import { isRecord } from '../../record.ts';
import type { TokenAnswer } from '../../token-answer.ts';

const timeLimitMs = 10_000;

class TokenStoreError extends Error {
  override readonly name = 'TokenStoreError';
  readonly status: number;
  readonly reason: unknown;

  constructor(status: number, reason: unknown, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

// Not `instanceof`: code of another window, such as a frame, throws errors of another class.
export function isTokenRevoked(problem: unknown): boolean {
  return Reflect.get(Object(problem), 'reason') === 'token_revoked';
}

export function storeToken(tokenPath: string, token: string): Promise<TokenAnswer> {
  return ask(tokenPath, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
}

export function clearToken(tokenPath: string): Promise<TokenAnswer> {
  return ask(tokenPath, { method: 'DELETE' });
}

async function ask(tokenPath: string, init: RequestInit): Promise<TokenAnswer> {
  const signal = AbortSignal.timeout(timeLimitMs);
  const address = withBasePath(tokenPath);
  const response = await fetch(address, { ...init, signal, cache: 'no-store', credentials: 'same-origin' });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && isRecord(body) && typeof body['changed'] === 'boolean') return body as unknown as TokenAnswer;
  const { message: error, reason } = isRecord(body) && isRecord(body['error']) ? body['error'] : {};
  const unexpected = `${address} did not respond as a token route (status ${response.status}). Check that the route exists and that \`tokenPath\` is its path.`;
  const message = typeof error === 'string' ? error : unexpected;
  throw new TokenStoreError(response.status, reason, message);
}
