import { createHmac, timingSafeEqual } from 'node:crypto';

export async function POST(request: Request): Promise<Response> {
  const form = await request.formData();
  const order = String(form.get('order'));
  const signature = Buffer.from(String(form.get('signature')), 'base64url');
  const expected = createHmac('sha256', readSecret()).update(order).digest();
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    return new Response('The signature is wrong.', { status: 400 });
  }
  // Save here that the order is paid. A repetition of this request must change nothing.
  return new Response(null, { status: 303, headers: { Location: `/orders/${encodeURIComponent(order)}` } });
}

function readSecret(): string {
  const secret = process.env.PAYMENT_SECRET;
  if (!secret) throw new Error('Set PAYMENT_SECRET.');
  return secret;
}
