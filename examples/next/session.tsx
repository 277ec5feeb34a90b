'use client';

import { type ClientState, createSession } from '@torii/emulator/browser';
import { changeOrganization, endSession, TokenKeeper } from '@torii/next/client';
import { useEffect, useState } from 'react';

/** The issuer is empty because this app proxies `/_torii/` to it, so that the session belongs to the app's origin. */
export const session = createSession({ issuer: '' });

export function Keeper({ userId }: { userId: string | null }) {
  return <TokenKeeper getToken={session.getToken} userId={userId} />;
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
  const show = (error: Error) => setProblem(error.message);
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

/** Calls the API without a header: the browser sends the token cookie. */
export function CallApi() {
  const [result, setResult] = useState('');
  const call = async () => {
    const response = await fetch('/me');
    setResult(`${response.status} ${JSON.stringify(await response.json(), null, 2)}`);
  };
  return (
    <>
      <button type="button" onClick={call}>
        GET /me
      </button>
      <pre aria-live="polite" hidden={result === ''}>
        {result}
      </pre>
    </>
  );
}
