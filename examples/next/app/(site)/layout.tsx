import Link from 'next/link';
import type { ReactNode } from 'react';
import { SignOut } from '../../session';
import { torii } from '../../torii';

// Not the root layout, because error.tsx does not catch errors of the root layout.
export default async function SiteLayout({ children }: { children: ReactNode }) {
  // Only chooses the button. A layout does not protect pages, because Next does not run it again for each page.
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
    </>
  );
}
