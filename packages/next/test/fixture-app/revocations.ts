import type { RevocationSource, RevocationVerdict } from '@torii/core';

/** Asks the test about each token, if the test passes a URL. See `revocation-server.ts`. */
export function testRevocations(): { revocations?: RevocationSource } {
  if (!process.env.TEST_REVOCATIONS) return {};
  const { url, ...source } = JSON.parse(process.env.TEST_REVOCATIONS);
  const check: RevocationSource['check'] = async ({ auth: { userId, issuedAt }, digest }) => {
    const body = JSON.stringify({ auth: { userId, issuedAt }, digest });
    const answer = await fetch(url, { method: 'POST', body, cache: 'no-store' });
    return (await answer.text()) as RevocationVerdict;
  };
  return { revocations: { ...source, check } };
}
