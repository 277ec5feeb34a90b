import type { ReactNode } from 'react';
import { torii } from '../../../../torii';
import { secret, visit } from '../../../../visit';
import { checkOf, type Props } from '../../checks';

export const instant = false;

export default async function Layout({ params, children }: Props & { readonly children: ReactNode }) {
  const { check } = await params;
  await torii.protect({ returnTo: `/refusals/layout/${check}` }, checkOf(check));
  visit('layout');
  return (
    <section>
      {secret}
      {children}
    </section>
  );
}
