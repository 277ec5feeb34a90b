// Calls the orders service with the token of the user who asks.
import type { Auth } from '@torii/next';
import { torii } from '@/torii';

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly left: number;
}

export interface Buyer {
  readonly userId: string;
  readonly organizationId: string | null;
}

export interface Order {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly orderedBy: Buyer;
  readonly reservedFor: Buyer;
}

/** Why a service did not do what was asked. */
export type Problem = 'token_expired' | 'not_allowed' | 'not_possible' | 'other_buyer' | 'try_again';

export type Result<T> =
  | { readonly data: T; readonly problem: null }
  | { readonly data: null; readonly problem: Problem };

/** Longer than the orders service waits for the stock service, twice. */
const timeLimitMs = 6000;

/** Names a user in an organization. A form carries it, so that an order is never placed for anyone but who filled it in. */
export function nameBuyer({ userId, organization }: Auth): string {
  return `${userId} ${organization?.id ?? ''}`;
}

export function listProducts(): Promise<Result<{ readonly products: readonly Product[] }>> {
  return ask('/products');
}

export function listOrders(): Promise<Result<{ readonly orders: readonly Order[] }>> {
  return ask('/orders');
}

/** @param key names this order: a repeated request with the same key does not order again */
export function sendOrder(
  item: { readonly sku: string; readonly quantity: number },
  key: string,
): Promise<Result<Order>> {
  return ask('/orders', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
    body: JSON.stringify(item),
  });
}

async function ask<T>(path: string, init: RequestInit = {}): Promise<Result<T>> {
  const token = await torii.getToken();
  if (token === null) return failed('token_expired');
  try {
    const response = await fetch(new URL(path, process.env.ORDERS_URL), {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${token}` },
      cache: 'no-store',
      // The token must not go anywhere else.
      redirect: 'error',
      signal: AbortSignal.timeout(timeLimitMs),
    });
    const body = await response.json();
    if (response.ok) return { data: body, problem: null };
    return failed(problemOf(response.status, body));
  } catch (error) {
    console.error('The orders service does not answer:', error);
    return failed('try_again');
  }
}

function failed(problem: Problem): Result<never> {
  return { data: null, problem };
}

function problemOf(status: number, body: { readonly error?: { readonly reason?: string } }): Problem {
  // Another 401 does not mean that the user has to sign in again: this app has accepted the token.
  const reason = body.error?.reason;
  if (reason === 'token_expired' || reason === 'token_revoked') return 'token_expired';
  if (status === 403) return 'not_allowed';
  return status === 404 || status === 409 ? 'not_possible' : 'try_again';
}
