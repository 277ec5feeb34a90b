'use client';

import { type ClientState, createSession } from '@torii/emulator/browser';
import { changeOrganization, endSession, renewToken as renew, TokenKeeper } from '@torii/next/client';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';

/** The issuer is empty because this app proxies `/_torii/` to it, so that the session belongs to the app's origin. */
export const session = createSession({ issuer: '' });

export function Keeper({ userId }: { userId: string | null }) {
  return <TokenKeeper getToken={session.getToken} userId={userId} />;
}

/** Stores a new token in the cookie, after a service refused the old one because it had ended. */
export function renewToken(): Promise<boolean> {
  return renew({ getToken: session.getToken });
}

/** Renews the token, and renders the page again. Once: if the services refuse the new token too, renewing does not help. */
export function RenewAndReload() {
  const router = useRouter();
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    renewToken()
      .then((isSignedIn) => isSignedIn && router.refresh())
      .catch(() => {})
      .finally(() => setDone(true));
  }, [router]);
  return <p className="lead">{isDone ? 'Please try again in a moment.' : 'One moment…'}</p>;
}

export function SignOut() {
  const [problem, setProblem] = useState('');
  const signOut = () => endSession({ signOut: session.signOut }).catch((error: Error) => setProblem(error.message));
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
  const [organizations, setOrganizations] = useState<ClientState['organizations']>([]);
  const [problem, setProblem] = useState('');
  const show = () => setProblem('Your organizations cannot be shown right now.');
  useEffect(() => {
    session.getState().then((state) => setOrganizations(state.organizations), show);
  }, []);
  const { getToken } = session;
  const change = (id: string) =>
    changeOrganization({ switchOrganization: () => session.switchOrganization(id), getToken }).catch(show);
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
