'use server';

import { revalidatePath } from 'next/cache';
import { nameBuyer, type Order, type Result, sendOrder } from '@/orders';
import { torii } from '@/torii';

export async function placeOrder(form: FormData): Promise<Result<Order>> {
  const auth = await torii.protect();
  // The user may have signed in as someone else in another tab, or changed the organization.
  if (form.get('buyer') !== nameBuyer(auth)) return { data: null, problem: 'other_buyer' };
  const sku = String(form.get('sku'));
  const quantity = Number(form.get('quantity'));
  // The key belongs to the form. With other content, it is another order.
  const result = await sendOrder({ sku, quantity }, `${form.get('key')}.${sku}.${quantity}`);
  if (result.problem === null) revalidatePath('/orders');
  return result;
}
