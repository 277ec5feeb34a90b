'use client';

import { getErrorReason } from '@torii/next/client';

export default function Problem({ error }: { error: Error & { digest?: string } }) {
  return <p>Reason: {getErrorReason(error) ?? 'unknown'}</p>;
}
