import { torii } from '../../../../torii';
import { secret, visit } from '../../../../visit';
import { checkOf, type Props } from '../../checks';

export const instant = false;

export default function Page({ params }: Props) {
  return (
    <main>
      <h1>The shell</h1>
      <section>
        <Secret params={params} />
      </section>
    </main>
  );
}

async function Secret({ params }: Props) {
  const { check } = await params;
  await torii.protect({ returnTo: `/refusals/nested/${check}` }, checkOf(check));
  visit('nested');
  return <p>{secret}</p>;
}
