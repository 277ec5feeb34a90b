import { headers } from 'next/headers';
import { Suspense } from 'react';

// Like ../guarded, also rendered for each request, but without a guard. The benchmark compares the two.
export default function Open() {
  return (
    <Suspense>
      <Sender />
    </Suspense>
  );
}

async function Sender() {
  const name = (await headers()).get('user-agent');
  return <p>Rendered for {name}</p>;
}
