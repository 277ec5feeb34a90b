import { webhookHandler } from '@torii/next/webhooks';
import { visit } from '../../visit';

const receive = webhookHandler({ secret: process.env.WEBHOOK_SECRET }, (event) => visit(event.id));

// The classic mistake.
export async function POST(request: Request): Promise<Response> {
  await request.json();
  return receive(request);
}
