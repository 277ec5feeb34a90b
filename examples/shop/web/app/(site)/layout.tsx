import Link from 'next/link';
import { type ReactNode, Suspense } from 'react';
import { SignOut } from '@/session';
import { torii } from '@/torii';

// Not the root layout, because error.tsx does not catch errors of the root layout.
export default function SiteLayout({ children }: { children: ReactNode }) {
  return (
    <>
      <header>
        <Link href="/" className="brand">
          Shop
        </Link>
        <nav>
          <Suspense>
            <Account />
          </Suspense>
        </nav>
      </header>
      <main>{children}</main>
    </>
  );
}

// Only chooses the button. A layout does not protect pages, because Next does not run it again for each page.
async function Account() {
  const auth = await torii.auth();
  if (auth !== null) return <SignOut />;
  return (
    <Link href="/sign-in" prefetch={false}>
      Sign in
    </Link>
  );
}
