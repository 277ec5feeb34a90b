import { Suspense } from 'react';
import { listOrders, listProducts, nameBuyer } from '@/orders';
import { Organizations, RenewAndReload } from '@/session';
import { torii } from '@/torii';
import { OrderForm } from './order-form';

export default function OrdersPage() {
  return (
    <Suspense fallback={<p className="lead">One moment…</p>}>
      <Orders />
    </Suspense>
  );
}

async function Orders() {
  const auth = await torii.protect({ returnTo: '/orders' });
  const { userId, organization } = auth;
  const [stock, book] = await Promise.all([listProducts(), listOrders()]);
  const problem = stock.problem ?? book.problem;
  return (
    <>
      <h1>Your orders</h1>
      <p className="lead">
        For {userId}, {organization === null ? 'without an organization' : `as ${organization.role}`}.
      </p>
      <Organizations activeId={organization?.id ?? null} />
      {problem === null ? null : problem === 'token_expired' ? <RenewAndReload /> : <TryAgain />}
      {stock.data !== null && (
        <section>
          <h2>Order</h2>
          <OrderForm products={stock.data.products} orderKey={crypto.randomUUID()} buyer={nameBuyer(auth)} />
        </section>
      )}
      {book.data !== null && book.data.orders.length > 0 && (
        <section>
          <h2>Ordered</h2>
          <ul>
            {book.data.orders.map(({ id, sku, quantity, orderedBy, reservedFor }) => (
              <li key={id}>
                {quantity} × {sku}, ordered by {orderedBy.userId}, reserved for {reservedFor.userId} in{' '}
                {reservedFor.organizationId}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function TryAgain() {
  return (
    <section role="alert">
      <h2>Please try again in a moment</h2>
      <p>One of our services does not answer. You are still signed in.</p>
      <a href="/orders" className="button">
        Try again
      </a>
    </section>
  );
}
