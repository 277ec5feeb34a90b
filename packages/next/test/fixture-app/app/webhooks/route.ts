import { webhookHandler } from '@torii/next/webhooks';
import { visit } from '../../visit';

// Not set during `next build`.
const secret = [process.env.WEBHOOK_SECRET, process.env.PREVIOUS_WEBHOOK_SECRET];

export const POST = webhookHandler<{ 'test.throws': object; 'test.throws_404': object }>(
  { secret, store: new Map() },
  async (event, request) => {
    visit(`${new URL(request.url).pathname} ${event.id}`);
    if (event.type === 'test.throws') throw new Error('thrown by the app');
    if (event.type === 'test.throws_404') throw Object.assign(new Error('thrown by the app'), { status: 404 });
  },
);
