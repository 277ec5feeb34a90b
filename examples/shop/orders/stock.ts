// Calls the stock service on behalf of the user whose token it is.

export interface Reservation {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly userId: string;
  readonly organizationId: string;
}

export interface StockRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  /** Makes the request safe to repeat: the stock service reserves once per key. */
  readonly idempotencyKey?: string;
}

export interface StockAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const stockUnavailable: StockAnswer = {
  status: 503,
  headers: new Headers({ 'Retry-After': '5' }),
  body: {
    error: { code: 'unavailable', reason: 'stock_unavailable', message: 'The stock cannot be asked right now.' },
  },
};

/** Shorter than half of the time that the shop waits, because a request may be sent twice. */
const timeLimitMs = Number(process.env['STOCK_TIMEOUT_MS'] ?? 2000);

/** Asks once more if no answer arrives. Only for requests that may be repeated: GET, or POST with an idempotency key. */
export async function askStock(token: string, request: StockRequest): Promise<StockAnswer> {
  try {
    return await send(token, request).catch(() => send(token, request));
  } catch (error) {
    console.error('The stock service does not answer:', error);
    return stockUnavailable;
  }
}

async function send(token: string, { method, path, body, idempotencyKey }: StockRequest): Promise<StockAnswer> {
  const response = await fetch(new URL(path, process.env['STOCK_URL']), {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(idempotencyKey !== undefined && { 'Idempotency-Key': idempotencyKey }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    // The token must not go anywhere else.
    redirect: 'error',
    signal: AbortSignal.timeout(timeLimitMs),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
