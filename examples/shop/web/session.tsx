'use client';

import { type ClientState, createSession } from '@torii/emulator/browser';
import { basePath, changeOrganization, endSession, renewToken, TokenKeeper } from '@torii/next/client';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useState } from 'react';

/**
 * The session of the emulator. The issuer is this app, which proxies `/_torii/` to it, so that the session belongs to the app's
 * origin. In production, it is Torii's React provider: see docs/react-provider.md.
 */
const session = createSession({ issuer: basePath });

export const useSession = () => session;

export function Session({ children }: { children: ReactNode }) {
  return (
    <>
      {children}
      <TokenKeeper session={useSession()} />
    </>
  );
}

/** Renews the token, and renders the page again. Once: if the services refuse the new token too, renewing does not help. */
export function RenewAndReload() {
  const session = useSession();
  const router = useRouter();
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    renewToken(session)
      .then((isSignedIn) => isSignedIn && router.refresh())
      .catch(() => {})
      .finally(() => setDone(true));
  }, [session, router]);
  return <p className="lead">{isDone ? 'Please try again in a moment.' : 'One moment…'}</p>;
}

export function SignOut() {
  const session = useSession();
  const [problem, setProblem] = useState('');
  const signOut = () => endSession(session).catch((error: Error) => setProblem(error.message));
  return (
    <>
      <button type="button" className="quiet" onClick={signOut}>
        Sign out
      </button>
      <span role="alert">{problem}</span>
    </>
  );
}

/** The user's organizations. A click makes one of them the active one, and loads the page again for it. */
export function Organizations({ activeId }: { activeId: string | null }) {
  const session = useSession();
  const [organizations, setOrganizations] = useState<ClientState['organizations']>([]);
  const [problem, setProblem] = useState('');
  const show = () => setProblem('Your organizations cannot be shown right now.');
  useEffect(() => {
    session.getState().then((state) => setOrganizations(state.organizations), show);
  }, [session]);
  const change = (id: string) => changeOrganization(session, id).catch(show);
  return (
    <div className="row">
      {organizations.map(({ id, name, role }) => (
        <button type="button" key={id} aria-pressed={id === activeId} title={role} onClick={() => change(id)}>
          {name}
        </button>
      ))}
      <span role="alert">{problem}</span>
    </div>
  );
}
