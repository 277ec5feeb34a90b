'use client';

import { getErrorReason } from '@torii/next/client';

export default function Problem({ error }: { error: Error & { digest?: string } }) {
  return <p id="reason">{getErrorReason(error) ?? 'unknown'}</p>;
}
