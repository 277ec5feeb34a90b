import type { Reservation } from './stock.ts';

export interface Order {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  /** Who ordered, as this service verified it. */
  readonly orderedBy: Buyer;
  /** For whom the pieces are reserved, as the stock service verified it. */
  readonly reservedFor: Buyer;
}

export interface Buyer {
  readonly userId: string;
  readonly organizationId: string | null;
}

// In memory, to keep the example small. A real service uses a database, with a unique index on the reservation.
const orders = new Map<string, Order>();

/** Records the order of a reservation. A reservation has one order, however often its request is repeated. */
export function recordOrder(orderedBy: Buyer, reservation: Reservation): Order {
  const { id: reservationId, sku, quantity, userId, organizationId } = reservation;
  const order = orders.get(reservationId) ?? {
    id: `order-${orders.size + 1}`,
    sku,
    quantity,
    orderedBy,
    reservedFor: { userId, organizationId },
  };
  orders.set(reservationId, order);
  return order;
}

/** The orders of a user in the organization that the user works for, newest first. */
export function listOrders({ userId, organizationId }: Buyer): readonly Order[] {
  return [...orders.values()]
    .filter(({ orderedBy }) => orderedBy.userId === userId && orderedBy.organizationId === organizationId)
    .reverse();
}
