import Image from 'next/image';
import { Suspense } from 'react';
import { torii } from '../../../torii';

interface PageProps {
  readonly params: Promise<{ order: string }>;
}

export default function Page({ params }: PageProps) {
  return (
    <Suspense>
      <Order params={params} />
    </Suspense>
  );
}

async function Order({ params }: PageProps) {
  const { order } = await params;
  const { userId } = await torii.protect({ returnTo: `/orders/${encodeURIComponent(order)}` });
  return (
    <>
      <h1>
        Order {order} of {userId}
      </h1>
      <Image src="/images/red.png" alt="public" width={64} height={64} />
      <Image src="/photos/red.png" alt="guarded, by the optimizer" width={64} height={64} />
      <Image src="/photos/red.png" alt="guarded, as it is" width={64} height={64} unoptimized />
    </>
  );
}
