'use client';

import { createSession } from '@torii/emulator/browser';
import { basePath, endSession, TokenKeeper, type ToriiSession } from '@torii/next/client';

// The emulator's session, for development. In production, use Torii's React provider instead:
// https://torii.so/docs/typescript/react-provider
const session: ToriiSession = createSession({ issuer: basePath }); // the issuer route is below Next's basePath

export const useSession = () => session;

export function Session({ children }: { children: React.ReactNode }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

export function SignOut() {
  const session = useSession();
  return (
    <button type="button" onClick={() => endSession(session)}>
      Sign out
    </button>
  );
}
