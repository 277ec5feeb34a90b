'use client';

export function Shown({ token }: { token: string | null }) {
  return <p id="length">{token?.length}</p>;
}
