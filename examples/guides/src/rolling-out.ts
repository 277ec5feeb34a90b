// #region stages
import { createVerifier, requireAuth, type VerifierEvent } from '@torii/express';
import express, { type RequestHandler } from 'express';

const issuer = process.env.TORII_ISSUER;
const verifier = createVerifier({ issuer, onEvent: report });
const guard = requireAuth(verifier);
// Only this value lets requests pass. If the variable is missing or misspelled, the guard decides.
const isObserving = process.env.TORII_STAGE === 'observe';

// The authentication that you have today. Remove it in the last step.
const sessions = new Set(['the session of ada']);
const oldAuth: RequestHandler = (req, res, next) => {
  if (sessions.has(req.get('x-session') ?? '')) next();
  else res.sendStatus(401);
};

const app = express();
app.use(oldAuth);
app.use((req, res, next) => {
  if (!isObserving) return guard(req, res, next);
  verifier.check(req).catch((error) => console.error(error)); // not awaited: only reports, never refuses
  next();
});
app.get('/orders', (req, res) => void res.json({ userId: req.auth?.userId ?? null }));

export const server = app.listen(Number(process.env.PORT ?? 3000));

function report(event: VerifierEvent): void {
  if (event.type === 'refused') console.warn('refused', event.error.toJSON().reason, event.detail);
}
// #endregion

// #region options
export const observing = createVerifier({
  issuer,
  observe: createVerifier({ issuer, requireClaims: ['plan'] }), // the new options, which only report
  onEvent(event) {
    if (event.type === 'disagreed') console.warn('the new options differ', event.observed);
  },
});
// #endregion
