'use client';

import { changeOrganization, endSession, TokenKeeper, useSignIn } from '@torii/next/client';
import type { ReactNode } from 'react';
import { ToriiProvider, useAuth } from './torii-react';

export interface SessionProps {
  readonly publishableKey: string;
  readonly proxyOrigin: string;
  readonly userId: string | null;
  readonly children: ReactNode;
}

export function Session({ userId, children, ...settings }: SessionProps) {
  return (
    <ToriiProvider {...settings}>
      {children}
      <Keeper userId={userId} />
    </ToriiProvider>
  );
}

function Keeper({ userId }: { userId: string | null }) {
  const { isLoaded, getToken } = useAuth();
  // Before the provider has loaded, no token does not mean that the user is signed out.
  return isLoaded && <TokenKeeper getToken={getToken} userId={userId} />;
}

export function SignOut() {
  const { signOut } = useAuth();
  return (
    <button type="button" onClick={() => endSession({ signOut })}>
      Sign out
    </button>
  );
}

export function SignIn({ children }: { children: ReactNode }) {
  const { status, problem, retry } = useSignIn(useAuth());
  if (status === 'signed_out') return children;
  if (status !== 'failed') return <p>One moment…</p>;
  return (
    <button type="button" onClick={retry}>
      {problem} Try again
    </button>
  );
}

/** Calls `switchOrganization`, which makes another organization the active one at Torii. */
export function ChangeOrganization({
  name,
  switchOrganization,
}: {
  name: string;
  switchOrganization: () => Promise<void>;
}) {
  const { getToken } = useAuth();
  return (
    <button type="button" onClick={() => changeOrganization({ switchOrganization, getToken })}>
      {name}
    </button>
  );
}
