import { torii } from '../../../../torii';
import { secret, visit } from '../../../../visit';
import { checkOf, type Props } from '../../checks';

export const instant = false;

export default async function Page({ params }: Props) {
  const { check } = await params;
  await torii.protect({ returnTo: `/refusals/page/${check}` }, checkOf(check));
  visit('page');
  return <p>{secret}</p>;
}
