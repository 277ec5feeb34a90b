'use client';

import { getErrorReason, renewToken, type ToriiSession } from '@torii/next/client';
import { useActionState, useState } from 'react';
import type { Order, Problem, Product, Result } from '@/orders';
import { useSession } from '@/session';
import { placeOrder } from './actions';

const sentences: Readonly<Record<Problem, string>> = {
  not_allowed: 'Your role in this organization may not order. Ask one of its administrators.',
  other_buyer: 'You have changed the user or the organization. Please load this page again.',
  not_possible: 'There are not enough pieces left.',
  token_expired: 'Please try again in a moment. Nothing was ordered twice.',
  try_again: 'Please try again in a moment. Nothing was ordered twice.',
};

interface OrderFormProps {
  readonly products: readonly Product[];
  /** Names this order, so that it is placed once, however often the form is sent. */
  readonly orderKey: string;
  readonly buyer: string;
}

export function OrderForm({ products, orderKey, buyer }: OrderFormProps) {
  // Kept here, because React resets a form after its action, also if it failed.
  const [sku, setSku] = useState(products[0]?.sku ?? '');
  const [quantity, setQuantity] = useState('1');
  const session = useSession();
  const [result, order, isPending] = useActionState(
    (_earlier: Result<Order> | null, form: FormData) => orderRenewingOnce(session, form),
    null,
  );
  return (
    <form action={order}>
      <input type="hidden" name="key" value={orderKey} />
      <input type="hidden" name="buyer" value={buyer} />
      <select name="sku" aria-label="Product" value={sku} onChange={(event) => setSku(event.target.value)}>
        {products.map(({ sku, name, left }) => (
          <option key={sku} value={sku}>
            {name}, {left} left
          </option>
        ))}
      </select>
      <input
        name="quantity"
        type="number"
        min={1}
        max={100}
        aria-label="Quantity"
        required
        value={quantity}
        onChange={(event) => setQuantity(event.target.value)}
      />
      <button type="submit" disabled={isPending}>
        {isPending ? 'Ordering…' : 'Order'}
      </button>
      <p role={result?.problem ? 'alert' : 'status'}>{sentenceFor(result)}</p>
    </form>
  );
}

/** If a service refused the token because it has just expired, renews it and sends the same order once more. */
async function orderRenewingOnce(session: ToriiSession, form: FormData): Promise<Result<Order>> {
  const result = await send(form);
  if (result.problem !== 'token_expired') return result;
  const isSignedIn = await renewToken(session).catch(() => false);
  return isSignedIn ? send(form) : result;
}

async function send(form: FormData): Promise<Result<Order>> {
  try {
    return await placeOrder(form);
  } catch (error) {
    // The proxy or `protect` refused the action, or the shop cannot be reached.
    const reason = getErrorReason(error as Error);
    const hasEnded = reason === 'token_missing' || reason === 'token_expired' || reason === 'token_revoked';
    return { data: null, problem: hasEnded ? 'token_expired' : 'try_again' };
  }
}

function sentenceFor(result: Result<Order> | null): string {
  if (result === null) return '';
  return result.problem === null ? `Ordered: ${result.data.quantity} × ${result.data.sku}.` : sentences[result.problem];
}
