'use client';

import { reasonOf } from '@torii/next/client';

export default function Problem({ error }: { error: Error & { digest?: string } }) {
  return <p>Reason: {reasonOf(error) ?? 'none of ours'}</p>;
}
