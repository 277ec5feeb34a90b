import { Hono, type HonoRequest } from 'hono';
import type { Clock } from '../clock.ts';
import { storing } from '../database/storage-errors.ts';
import type { Environment } from '../environment.ts';
import type { Faults, FaultTarget } from '../faults/faults.ts';
import type { Traffic } from '../faults/traffic.ts';
import { readJson } from '../http/body.ts';
import { refuseForeignPages } from '../http/origins.ts';
import { Problem } from '../http/problem.ts';
import { webhookOf } from '../webhooks/endpoints.ts';

const listedDeliveries = 100;

export interface ControlledParts {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly clock: Clock;
}

export function controlRoutes(environment: Environment, { faults, traffic, clock }: ControlledParts): Hono {
  const { name, id, issuer, keys, webhooks } = environment;
  const app = new Hono();
  // CSRF: the control API has no authentication, so web pages that the developer visits must not be able to call it.
  app.use(refuseForeignPages(issuer));
  return app
    .get('/state', (c) =>
      c.json({
        now: clock.now(),
        environment: { name, id, issuer },
        keys: keys.published.map(({ kid }) => kid),
        faults: faults.active,
        requests: traffic.counts,
      }),
    )
    .post('/faults', async (c) => {
      injectFault(faults, await readObject(c.req));
      return c.json({ faults: faults.active });
    })
    .delete('/faults', (c) => {
      faults.recover(c.req.query('surface') as FaultTarget | undefined);
      return c.json({ faults: faults.active });
    })
    .post('/clock', async (c) => {
      const { advanceSeconds, ...unknown } = await readObject(c.req);
      refuseUnknown(unknown);
      clock.advance(advanceSeconds as number);
      return c.json({ now: clock.now() });
    })
    .post('/keys/rotate', async (c) => {
      refuseUnknown(await readObject(c.req));
      const previousKid = keys.current.kid;
      const { kid } = await storing(() => keys.rotate());
      return c.json({ kid, previousKid });
    })
    .post('/keys/withdraw', async (c) => {
      const { kids = keys.published.slice(1).map(({ kid }) => kid), ...unknown } = await readObject(c.req);
      refuseUnknown(unknown);
      if (!Array.isArray(kids)) throw invalid('kids must be an array of key ids.');
      keys.withdraw(kids);
      return c.json({ withdrawn: kids, keys: keys.published.map(({ kid }) => kid) });
    })
    .get('/webhooks', (c) => c.json({ webhooks: webhooks.endpoints.all.map(webhookOf) }))
    .post('/webhooks', async (c) => {
      const options = await readObject(c.req);
      return c.json(await storing(() => webhookOf(webhooks.add(options))), 201);
    })
    .delete('/webhooks/:id', async (c) => {
      await storing(() => webhooks.remove(c.req.param('id')));
      return c.body(null, 204);
    })
    .get('/webhooks/deliveries', (c) => c.json({ deliveries: webhooks.log.list(listedDeliveries) }))
    .post('/webhooks/redeliver', async (c) => {
      const { eventId, ...unknown } = await readObject(c.req);
      refuseUnknown(unknown);
      if (typeof eventId !== 'string') throw invalid('eventId must be the id of an event, such as evt_01a2….');
      await storing(() => webhooks.outbox.redeliver(eventId));
      return c.json({ eventId }, 202);
    });
}

type Fields = Readonly<Record<string, unknown>>;

async function readObject(request: HonoRequest): Promise<Fields> {
  const body = await readJson(request);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields;
  throw invalid('The body must be a JSON object.');
}

/**
 * Injects a fault into a part of the emulator. The fields are those of a request body such as
 * `{ "surface": "keys", "kind": "delay", "delayMs": 2000, "times": 1 }`, which delays the next key set response.
 */
function injectFault(faults: Faults, { surface, kind, times, ...rest }: Fields): void {
  const target = surface as FaultTarget;
  const duration = times === undefined ? {} : { times: times as number };
  switch (kind) {
    case 'fail':
      refuseUnknown(rest, ['status', 'headers']);
      faults.fail(target, { ...rest, ...duration });
      break;
    case 'delay':
      refuseUnknown(rest, ['delayMs']);
      faults.delay(target, rest['delayMs'] as number, duration);
      break;
    case 'cut':
      refuseUnknown(rest, ['at']);
      faults.cut(target, { ...rest, ...duration });
      break;
    default:
      throw invalid('kind must be one of fail, delay, cut.');
  }
}

function refuseUnknown(fields: Fields, known: readonly string[] = []): void {
  const unknown = Object.keys(fields).find((field) => !known.includes(field));
  if (unknown !== undefined) throw invalid(`${unknown.slice(0, 64)} is not a known field of this request.`);
}

function invalid(detail: string): Problem {
  return new Problem(400, 'invalid_request', detail);
}
