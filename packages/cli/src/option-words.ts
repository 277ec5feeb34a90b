import { ToriiConfigError, type ToriiError } from '@torii/core';

/** The options of Torii's packages that commands set, in the words of the command line. */
const words: ReadonlyMap<string, string> = new Map([
  ['secretKey', 'TORII_SECRET_KEY'],
  ['apiUrl', '--api-url (TORII_API_URL)'],
  ['issuer', '--issuer (TORII_ISSUER)'],
  ['audience', '--audience'],
  ['requireClaims', '--require-claim'],
  ['refuseClaims', '--refuse-claim'],
  ['environmentId', '--environment'],
  ['clockTolerance', '--clock-tolerance'],
  ['userId', 'the id of the user'],
  ['sessionId', 'the id of the session'],
  ['organizationId', 'the id of the organization'],
  ['memberUserId', 'the id of the member'],
  ['invitationId', 'the id of the invitation'],
  ['userIds', '--id'],
  ['emailAddresses', '--email-address'],
  ['status', '--status'],
  ['statuses', '--status'],
  ['firstName', '--first-name'],
  ['lastName', '--last-name'],
  ['publicMetadata', '--public'],
  ['privateMetadata', '--private'],
  ['unsafeMetadata', '--unsafe'],
  ['actorUserId', '--actor'],
  ['reason', '--reason'],
  ['redirectUrl', '--redirect-url'],
  ['expiresInSeconds', '--expires-in'],
  ['expiresInDays', '--expires-in-days'],
  ['search', '--email'],
  ['origins', 'the origins'],
  ['createdAfter', '--created-after'],
  ['createdBefore', '--created-before'],
  ['email', '--email'],
  ['name', '--name'],
  ['servers', '--servers (NATS_URL)'],
  ['login', 'NATS_USER and NATS_PASSWORD'],
  ['gatewayUrl', '--gateway (GATEWAY_URL)'],
  ['bucket', '--bucket (TURBOCABLE_JWT_KV_BUCKET)'],
  ['key', '--slot-key (TURBOCABLE_JWT_KV_KEY)'],
  ['from', '--from'],
  ['to', '--to'],
  ['publicKey', 'the public key'],
  ['privateKey', 'the private key'],
  ['maxTtlSeconds', '--max-ttl'],
  ['drainTtlSeconds', '--drain-ttl'],
  ['caFile', 'NATS_CA'],
  ['certFile', 'NATS_CERT'],
  ['keyFile', 'NATS_KEY'],
  ['credentialsFile', '--credentials (NATS_CREDS)'],
  ['nkeySeed', 'NATS_NKEY'],
  ['token', 'NATS_TOKEN'],
  ['user', 'NATS_USER'],
  ['password', 'NATS_PASSWORD'],
  ['maxTokenSeconds', '--max-token-seconds (TORII_MAX_TOKEN_SECONDS)'],
  ['signingKeys', 'TORII_REVOCATIONS_SIGNING_KEYS'],
  ['at', '--at'],
  ['tls', 'the TLS of NATS (NATS_CERT, NATS_KEY)'],
]);

/** `login.user` and `tls.caFile` are options inside of an option. */
function wordFor(option: string): string | undefined {
  return words.get(option) ?? words.get(option.replace(/^(?:login|tls)\./, ''));
}

/** The message of an error of Torii's packages, which names the flag or the variable that the user has set. */
export function inUserWords(error: ToriiError): string {
  const { message } = error;
  if (error instanceof ToriiConfigError && wordFor(error.option) === undefined) return message;
  const text = message
    .replace(
      /`([A-Za-z.]+|(?:public|private|unsafe)Metadata\.[^`]*)`/g,
      (quoted, name: string) => wordFor(name) ?? quoted,
    )
    .replace(/\b(?:certFile|keyFile)\b/g, (name) => words.get(name) ?? name)
    // Examples in the message, such as: createVerifier({ issuer: 'https://…' })
    .replace(/\bcreate[A-Z]\w*\(\{ (.*?) \}\)/g, '$1')
    .replace(/\b([A-Za-z]+): (?:'([^']*)'|\['([^']*)'\])/g, (example, name: string, one?: string, listed?: string) => {
      const flag = words.get(name)?.replace(/ .*/, '');
      const value = one ?? listed ?? '';
      const shown = value.includes(' ') ? `'${value}'` : value;
      return flag === undefined ? example : `${flag}${flag.startsWith('--') ? ' ' : '='}${shown}`;
    })
    .replace('On your server, set', 'Set');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
