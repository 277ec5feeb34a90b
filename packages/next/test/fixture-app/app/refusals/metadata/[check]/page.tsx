import type { Metadata } from 'next';
import { connection } from 'next/server';
import { Suspense } from 'react';
import { torii } from '../../../../torii';
import { secret, visit } from '../../../../visit';
import { checkOf, type Props } from '../../checks';

export const instant = false;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { check } = await params;
  await torii.protect({ returnTo: `/refusals/metadata/${check}` }, checkOf(check));
  visit('metadata');
  return { title: secret };
}

export default function Page() {
  return (
    <>
      <p>The page</p>
      <Suspense>
        <Dynamic />
      </Suspense>
    </>
  );
}

// With `cacheComponents`, Next wants a page with dynamic metadata to have a dynamic part.
async function Dynamic() {
  await connection();
  return null;
}
