import { connection } from 'next/server';
import { Suspense } from 'react';
import { torii } from '../../../torii';

async function readUser() {
  'use cache';
  return (await torii.auth())?.userId ?? 'nobody';
}
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
