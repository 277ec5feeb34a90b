import { unstable_cache } from 'next/cache';
import { connection } from 'next/server';
import { Suspense } from 'react';
import { torii } from '../../../torii';

const readUser = unstable_cache(async () => (await torii.protect()).userId);
async function Who() {
  await connection();
  return <p>{await readUser()}</p>;
}
export default function Page() {
  return (
    <Suspense fallback={<p>waiting</p>}>
      <Who />
    </Suspense>
  );
}
