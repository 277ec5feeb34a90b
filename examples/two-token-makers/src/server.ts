import { createApp } from './app.ts';
import { steps } from './verifier.ts';

const { TORII_ISSUER = '', PROVIDER_ISSUER = '', PROVIDER_JWKS = '', APP_ORIGIN = '', PORT = '3000' } = process.env;
const step = steps.find((each) => each === process.env['STEP']);
if (step === undefined) throw new Error(`Set STEP to one of ${steps.join(', ')}.`);

const provider = { issuer: PROVIDER_ISSUER, jwks: PROVIDER_JWKS, origin: APP_ORIGIN };
// Your database has these.
const accounts = [{ id: 'account-1', providerUserId: 'user_ada', toriiUserId: 'ada' }];

const server = createApp({ step, torii: TORII_ISSUER, provider }, accounts).listen(Number(PORT), '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`The app listens on http://127.0.0.1:${address?.port}`);
});
