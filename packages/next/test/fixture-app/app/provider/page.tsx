import { torii } from '../../torii';
import { Screen } from './screen';

/** `?through=issuer`: the browser's requests to Torii do not go through this app's route. */
export default async function Provider({ searchParams }: { searchParams: Promise<{ through?: string }> }) {
  const { through } = await searchParams;
  const auth = await torii.auth();
  const proxyOrigin = through === 'issuer' ? process.env.TORII_ISSUER : process.env.APP_ORIGIN;
  return (
    <Screen
      publishableKey={process.env.TORII_PUBLISHABLE_KEY ?? ''}
      proxyOrigin={proxyOrigin ?? ''}
      userId={auth?.userId ?? null}
      organizationId={auth?.organization?.id ?? null}
    />
  );
}
