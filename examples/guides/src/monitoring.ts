import { getAuth, requireAuth, type VerifierEvent } from '@torii/express';
import express from 'express';
import { pino } from 'pino';
import { Counter, register } from 'prom-client';

const log = pino({ name: 'torii' });
const decisions = new Counter({
  name: 'torii_decisions_total',
  help: 'What the verifier decided about requests',
  labelNames: ['outcome', 'reason'], // never user ids: Prometheus keeps a series in memory for each value
});
const keyFetches = new Counter({
  name: 'torii_key_fetches_total',
  help: 'Fetches of the keys of the issuer',
  labelNames: ['outcome'],
});
// Prometheus does not see the first increase of a series that begins at 1.
keyFetches.inc({ outcome: 'failed_without_keys' }, 0);

function onEvent(event: VerifierEvent): void {
  switch (event.type) {
    case 'verified':
      decisions.inc({ outcome: 'verified', reason: '' });
      break;
    case 'passed':
      decisions.inc({ outcome: 'passed', reason: event.why });
      break;
    case 'refused': {
      const { code, reason = code, message } = event.error.toJSON();
      decisions.inc({ outcome: 'refused', reason });
      log.info({ reason, ...event.detail }, message);
      break;
    }
    case 'keys_fetched':
      keyFetches.inc({ outcome: 'fetched' });
      break;
    case 'keys_failed':
      keyFetches.inc({ outcome: event.usable ? 'failed_with_old_keys' : 'failed_without_keys' });
      log.error({ err: event.cause, url: event.url, usable: event.usable }, event.problem);
      break;
    case 'key_search_limited':
      keyFetches.inc({ outcome: 'limited' });
      break;
    default:
      log.warn(event, event.type);
  }
}

const app = express();
app.use(requireAuth({ issuer: process.env.TORII_ISSUER, onEvent }));
app.get('/me', (req, res) => void res.json({ userId: getAuth(req).userId }));
export const server = app.listen(Number(process.env.PORT ?? 3000));

// On a port that only Prometheus can reach.
const metrics = express();
metrics.get('/metrics', async (_req, res) => void res.type(register.contentType).send(await register.metrics()));
export const metricsServer = metrics.listen(Number(process.env.METRICS_PORT ?? 9464));
