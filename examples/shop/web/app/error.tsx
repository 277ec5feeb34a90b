'use client';

import { getErrorReason } from '@torii/next/client';

export default function Problem({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const reason = getErrorReason(error);
  return (
    <main>
      <h1>{reason === 'not_allowed' ? 'You are not allowed to see this page' : 'Please try again in a moment'}</h1>
      <p className="lead">
        {reason === 'keys_unavailable' || reason === 'revocations_unavailable'
          ? 'Who you are cannot be checked right now.'
          : 'Something went wrong.'}
      </p>
      <section>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </section>
    </main>
  );
}
