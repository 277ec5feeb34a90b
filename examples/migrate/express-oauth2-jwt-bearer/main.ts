import { createApp } from './after.ts';
import { createAppVerifier } from './both.ts';

const app = createApp(
  createAppVerifier({
    step: required('AUTH_STEP'),
    torii: required('TORII_ISSUER'),
    issuer: required('OLD_ISSUER'),
  }),
);

export const server = app.listen(Number(process.env.PORT ?? 3000));

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set.`);
  return value;
}
