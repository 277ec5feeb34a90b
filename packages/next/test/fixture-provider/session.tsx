'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper, type ToriiSession } from '@torii/next/client';
import type { ReactNode } from 'react';
import { ToriiProvider, useAuth } from './torii-react';

const publishableKey = process.env.NEXT_PUBLIC_TORII_PUBLISHABLE_KEY ?? '';
// Write the variable's whole name here too: bundlers then leave the emulator out of a build with a key.
const emulator = process.env.NEXT_PUBLIC_TORII_PUBLISHABLE_KEY ? undefined : createSession({ issuer: basePath });
/** The app's own origin, because of the issuer route. Nothing is requested on the server. */
const ownOrigin = typeof window === 'undefined' ? '' : window.location.origin;

export const useSession: () => ToriiSession = emulator ? () => emulator : useAuth;

export function Session({ proxyOrigin = ownOrigin, children }: { proxyOrigin?: string; children: ReactNode }) {
  const content = (
    <>
      {children}
      <Keeper />
    </>
  );
  if (emulator) return content;
  return (
    <ToriiProvider publishableKey={publishableKey} proxyOrigin={proxyOrigin}>
      {content}
    </ToriiProvider>
  );
}

function Keeper() {
  return <TokenKeeper session={useSession()} />;
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
