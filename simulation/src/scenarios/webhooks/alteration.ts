import { type Content, type Message, signatureOf, signed } from './message.ts';

/** How an attacker changes a recorded delivery, or what a sender gets wrong. */
export const alterations = [
  'body',
  'id',
  'timestamp',
  'cut signature',
  'signature version',
  'signed by a stranger',
  'signature of another time',
  'signature among others',
  'too many signatures',
  'no id',
  'no timestamp',
  'no signature',
  'two ids',
  'id with a dot',
  'id that is too long',
  'timestamp with a sign',
  'another id inside',
  'no type',
  'not JSON',
] as const;

export type Alteration = 'none' | (typeof alterations)[number];

const wrong = `v1,${Buffer.alloc(32, 7).toString('base64')}`;

/** @param nowSeconds The current time of the process that gets it */
export function altered(message: Message, alteration: Alteration, nowSeconds: number): Message {
  const { id, timestamp, body, signature, event } = message;
  const flawed = (flaw: string, changes: Partial<Message>): Message => ({ ...message, ...changes, flaw });
  // A flawed event that Torii has signed: the flaw counts after the signature.
  const resigned = (flaw: string, content: Partial<Content>): Message => ({
    ...signed({ event: event ?? 0, id, body, ...content }, nowSeconds, message.signedBy),
    flaw,
  });
  switch (alteration) {
    case 'none':
      return message;
    case 'body':
      return flawed('signature_invalid', { body: body.replace('"n":', '"m":') });
    case 'id':
      return flawed('signature_invalid', { id: `${id}x`, event: null });
    case 'timestamp':
      return Number(timestamp) === nowSeconds
        ? message
        : flawed('signature_invalid', { timestamp: String(nowSeconds) });
    case 'cut signature':
      return flawed('signature_invalid', {
        signature: signature
          .split(' ')
          .map((each) => `${each.slice(0, -5)}=`)
          .join(' '),
      });
    case 'signature version':
      return flawed('signature_invalid', { signature: signature.replaceAll('v1,', 'v1a,') });
    case 'signed by a stranger':
      return flawed('signature_invalid', {
        signature: signatureOf(id, timestamp, body, 'foreign'),
        signedBy: ['foreign'],
      });
    case 'signature of another time':
      return flawed('signature_invalid', { timestamp: String(Number(timestamp) + 1) });
    case 'signature among others':
      return { ...message, signature: `${wrong} v2,abcd ${wrong} ${signature} ${wrong}` };
    case 'too many signatures':
      return flawed('header_malformed', { signature: [...Array(16).fill(wrong), signature].join(' ') });
    case 'no id':
      return flawed('header_missing', { headers: { 'webhook-id': undefined } });
    case 'no timestamp':
      return flawed('header_missing', { headers: { 'webhook-timestamp': undefined } });
    case 'no signature':
      return flawed('header_missing', { headers: { 'webhook-signature': undefined } });
    case 'two ids':
      return flawed('header_malformed', { headers: { 'webhook-id': [id, `${id}x`] } });
    case 'id with a dot':
      return resigned('header_malformed', { id: id.replace('_', '.'), body: body.replace(id, id.replace('_', '.')) });
    case 'id that is too long': {
      const longId = id.padEnd(129, 'x');
      return resigned('header_malformed', { id: longId, body: body.replace(id, longId) });
    }
    case 'timestamp with a sign':
      return flawed('header_malformed', { timestamp: `+${timestamp}` });
    case 'another id inside':
      return resigned('id_mismatch', { body: body.replace(id, `${id}x`) });
    case 'no type':
      return resigned('payload_malformed', { body: body.replace('"type"', '"tipe"') });
    case 'not JSON':
      return resigned('payload_malformed', { body: body.slice(1) });
  }
}
