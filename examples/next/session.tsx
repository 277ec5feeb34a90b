'use client';

import { createSession } from '@torii/emulator/browser';
import { endSession, TokenKeeper } from '@torii/next/client';
import { useState } from 'react';

/** This app passes `/_torii/` on to the issuer, so that the session belongs to its own origin. */
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

/** Calls the API as a page does: the cookie goes along by itself. */
export function CallApi() {
  const [answer, setAnswer] = useState('');
  const call = async () => {
    const response = await fetch('/me');
    setAnswer(`${response.status} ${JSON.stringify(await response.json(), null, 2)}`);
  };
  return (
    <>
      <button type="button" onClick={call}>
        GET /me
      </button>
      <pre aria-live="polite" hidden={answer === ''}>
        {answer}
      </pre>
    </>
  );
}
