import { webhookHandler } from '@torii/next/webhooks';
import { revocations } from '../../../../revocations';

// Tells all services about bans that were made on Torii's dashboard, or by other code.
export const POST = webhookHandler({ secret: process.env.TORII_WEBHOOK_SECRET, revocations });
