import { webhookHandler } from '@torii/next/webhooks';

export const runtime = 'edge';

const secret = [process.env.WEBHOOK_SECRET, process.env.PREVIOUS_WEBHOOK_SECRET];

// Does not call `visit`, because the edge runtime has no file system.
export const POST = webhookHandler<{ 'test.throws': object; 'test.throws_404': object }>(
  { secret, store: new Map() },
  async (event) => {
    if (event.type === 'test.throws') throw new Error('thrown by the app');
    if (event.type === 'test.throws_404') throw Object.assign(new Error('thrown by the app'), { status: 404 });
  },
);
