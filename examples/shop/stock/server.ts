// Knows what is in stock, and who may take it. The only service that checks a role.
import { createServer, type IncomingMessage } from 'node:http';
import { type Check, createVerifier, refuse } from '@torii/core';
import { revocations } from '../revocations.ts';
import { type Item, listProducts, type Refusal, reserve } from './shelf.ts';

const issuer = process.env['TORII_ISSUER'];
const mayOrder: Check = (auth) =>
  auth.organization?.role === 'org:administrator' || refuse('Only administrators of an organization may order.');

const readers = createVerifier({ issuer, revocations });
const buyers = createVerifier({ issuer, revocations, checks: [mayOrder] });

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

const refusals: Readonly<Record<Refusal, Answer>> = {
  unknown_product: failed(404, 'unknown_product', 'There is no such product.'),
  sold_out: failed(409, 'sold_out', 'There are not enough pieces left.'),
  key_reused: failed(422, 'key_reused', 'This idempotency key belongs to another order.'),
};

async function answer(request: IncomingMessage): Promise<Answer> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /products': {
      const { denial } = await readers.check(request);
      return denial ?? { status: 200, body: { products: listProducts() } };
    }

    case 'POST /reservations': {
      const { auth, denial } = await buyers.check(request);
      if (denial) return denial;
      // Not null: `mayOrder` has passed.
      const organizationId = auth.organization?.id ?? '';
      const key = String(request.headers['idempotency-key'] ?? '');
      const item = readItem(await readText(request));
      if (item === undefined || !/^[\w.:-]{1,200}$/.test(key)) {
        return failed(
          400,
          'bad_request',
          'Send an Idempotency-Key, and { sku, quantity } with a quantity from 1 to 100.',
        );
      }
      const reserved = reserve({ userId: auth.userId, organizationId }, key, item);
      return typeof reserved === 'string' ? refusals[reserved] : { status: 201, body: reserved };
    }

    default:
      return failed(404, 'not_found', 'There is no such path.');
  }
}

function failed(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}

/** Returns the body; an empty string if it is too large. */
async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > 1000) return '';
  }
  return text;
}

function readItem(text: string): Item | undefined {
  try {
    const { sku, quantity } = JSON.parse(text);
    const isItem = typeof sku === 'string' && Number.isInteger(quantity) && quantity >= 1 && quantity <= 100;
    return isItem ? { sku, quantity } : undefined;
  } catch {
    return undefined;
  }
}

const server = createServer({ requestTimeout: 5000 }, async (request, response) => {
  const { status, headers, body } = await answer(request).catch((error: unknown) => {
    console.error(error);
    return failed(500, 'internal_error', 'Something went wrong.');
  });
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
});

server.listen(Number(process.env['PORT'] ?? 3002), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`stock listens on http://127.0.0.1:${address?.port}`);
});
