import { webhookHandler } from '@torii/next/webhooks';
import { visit } from '../../visit';

const receive = webhookHandler({ secret: process.env.WEBHOOK_SECRET }, (event) => visit(event.id));

// A common mistake: the body has been read before `receive` gets the request.
export async function POST(request: Request): Promise<Response> {
  await request.json();
  return receive(request);
}
