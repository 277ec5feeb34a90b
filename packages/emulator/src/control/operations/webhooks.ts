import { type ControlOperations, invalid, limitOf, refuseUnknown } from '../operation.ts';

const listedDeliveries = 100;

export const webhookOperations: ControlOperations = {
  'GET /webhooks': {
    does: 'the registered webhooks, without their secrets',
    members: ['webhooks'],
    handle: ({ library }) => ({ body: { webhooks: library.webhooks } }),
  },
  'POST /webhooks': {
    does: 'registers a webhook',
    example: '{ "url": "http://127.0.0.1:3000/webhooks", "types": ["user.created"] }',
    members: ['addWebhook'],
    handle: async ({ library }, { fields }) => ({
      status: 201,
      // The library validates the options itself.
      body: await library.addWebhook(fields as never),
    }),
  },
  'DELETE /webhooks/{id}': {
    does: 'removes a webhook',
    members: ['removeWebhook'],
    handle: async ({ library }, request) => {
      await library.removeWebhook(request.path('id'));
      return { status: 204 };
    },
  },
  'GET /webhooks/deliveries': {
    does: 'the deliveries of events, newest event first',
    example: '?limit=100',
    members: ['webhookDeliveries'],
    handle: ({ library }, request) => ({
      body: { deliveries: library.webhookDeliveries({ limit: limitOf(request, listedDeliveries) }) },
    }),
  },
  'POST /webhooks/redeliver': {
    does: 'sends an event again',
    example: '{ "eventId": "evt_…" }',
    members: ['redeliver'],
    handle: async ({ library }, { fields: { eventId, ...unknown } }) => {
      refuseUnknown(unknown);
      if (typeof eventId !== 'string') throw invalid('eventId must be the id of an event, such as evt_01a2….');
      await library.redeliver(eventId);
      return { status: 202, body: { eventId } };
    },
  },
  'POST /webhooks/settle': {
    does: 'waits until every event is delivered or has failed; 504 `webhooks_waiting` after the timeout',
    example: '{ "timeoutMs": 10000 }',
    members: ['webhooksSettled'],
    handle: async ({ library }, { fields: { timeoutMs = 10_000, ...unknown } }) => {
      refuseUnknown(unknown);
      if (!Number.isInteger(timeoutMs) || (timeoutMs as number) < 0 || (timeoutMs as number) > 600_000) {
        throw invalid('timeoutMs must be a whole number of milliseconds from 0 to 600000.');
      }
      await library.webhooksSettled({ timeoutMs: timeoutMs as number });
      return { status: 204 };
    },
  },
};
