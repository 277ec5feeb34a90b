export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly left: number;
}

export interface Item {
  readonly sku: string;
  readonly quantity: number;
}

export interface Reservation extends Item {
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string;
}

export type Refusal = 'unknown_product' | 'sold_out' | 'key_reused';

// In memory, to keep the example small. A real service keeps both in one database, with a unique index on `keyOf`.
const shelf = new Map<string, Product>([
  ['lamp', { sku: 'lamp', name: 'Desk lamp', left: 40 }],
  ['chair', { sku: 'chair', name: 'Office chair', left: 12 }],
  ['desk', { sku: 'desk', name: 'Standing desk', left: 3 }],
]);
const reservations = new Map<string, Reservation>();

export function listProducts(): readonly Product[] {
  return [...shelf.values()];
}

/** Reserves an item once per user, organization and key. A repeated call returns the first reservation. */
export function reserve(
  buyer: { readonly userId: string; readonly organizationId: string },
  key: string,
  { sku, quantity }: Item,
): Reservation | Refusal {
  // The verified caller is a part of the key: a key that another user chose must not return that user's reservation.
  const keyOf = JSON.stringify([buyer.organizationId, buyer.userId, key]);
  const earlier = reservations.get(keyOf);
  if (earlier !== undefined) return earlier.sku === sku && earlier.quantity === quantity ? earlier : 'key_reused';
  const product = shelf.get(sku);
  if (product === undefined) return 'unknown_product';
  if (product.left < quantity) return 'sold_out';
  shelf.set(sku, { ...product, left: product.left - quantity });
  const reservation: Reservation = { id: crypto.randomUUID(), sku, quantity, ...buyer };
  reservations.set(keyOf, reservation);
  return reservation;
}
