import Link from 'next/link';
import type { ReactNode } from 'react';
import { Keeper, SignOut } from '../../session';
import { torii } from '../../torii';

// Not the root layout: what is thrown there, error.tsx does not see.
export default async function SiteLayout({ children }: { children: ReactNode }) {
  // Only to show the right button. A layout guards nothing: each page does that for itself.
  const auth = await torii.auth();
  return (
    <>
      <header>
        <Link href="/" className="brand">
          Notes
        </Link>
        <nav>
          {auth === null ? (
            <Link href="/sign-in" prefetch={false}>
              Sign in
            </Link>
          ) : (
            <SignOut />
          )}
        </nav>
      </header>
      <main>{children}</main>
      <Keeper userId={auth?.userId ?? null} />
    </>
  );
}
