// A program that a test stops with SIGSTOP. It verifies the tokens that its parent sends.
import { readFileSync } from 'node:fs';
import { createVerifier } from '../../src/index.ts';

const { KEYS_URL: issuer, CLOCK_FILE: clockFile = '' } = process.env;

// The parent sets both clocks of this program ahead, so that hours pass while it is stopped.
const [dateNow, performanceNow] = [Date.now.bind(Date), performance.now.bind(performance)];
const aheadMs = (): number => Number(readFileSync(clockFile, 'utf8'));
Date.now = () => dateNow() + aheadMs();
performance.now = () => performanceNow() + aheadMs();

const verifier = createVerifier({ issuer, keysTimeoutMs: 2_000 });
process.on('message', async ({ id, token }: { readonly id: number; readonly token: string }) => {
  const outcome = await verifier.verify(token).then(
    () => 'accepted',
    (error: { readonly reason?: string }) => error.reason ?? String(error),
  );
  process.send?.({ id, outcome });
});
process.send?.('ready');
