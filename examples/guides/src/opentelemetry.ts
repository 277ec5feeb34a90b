import { metrics, trace } from '@opentelemetry/api';
import { createVerifier } from '@torii/core';

const meter = metrics.getMeter('torii');
const decisions = meter.createCounter('torii.decisions');
const keyFetches = meter.createHistogram('torii.key_fetch.duration', { unit: 'ms' });

export const verifier = createVerifier({
  issuer: process.env.TORII_ISSUER,
  onEvent(event) {
    if (event.type === 'verified') {
      decisions.add(1, { outcome: 'verified' });
      trace.getActiveSpan()?.setAttribute('enduser.id', event.userId);
    }
    if (event.type === 'refused') {
      const { code, reason = code } = event.error.toJSON();
      decisions.add(1, { outcome: 'refused', reason });
      trace.getActiveSpan()?.addEvent('torii.refused', { reason });
    }
    if (event.type === 'keys_fetched') keyFetches.record(event.durationMs);
  },
});
