import { bundleSize } from './bundle-size.ts';
const client = "export { createToriiClient } from '@torii/api';";
const verifier = "export { createVerifier } from '@torii/core';";
const p = async (c: string) => (await bundleSize(c)).packed;
const t = await p("export { createTokenVerifier } from '@torii/core';");
const v = await p(verifier), b = await p(verifier + client), a = await p(client), w = await p("export { verifyWebhook } from '@torii/core/webhooks';");
console.log({ token: t, verifier: v, added: b - v, apiAlone: a, webhooks: w });
