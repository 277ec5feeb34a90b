import { isLoopback, readConnectionFailure } from '@torii/core/internal';
import { printable, withoutSecrets } from '../../output/printable.ts';
import { readClockAhead } from '../../server-clock.ts';
import { shownUrl } from '../../shown-settings.ts';

export interface Limits {
  readonly signal: AbortSignal;
  /** The time limit for the whole exchange, including the body. */
  readonly timeoutMs: number;
  /** Whether a request to this URL goes through a proxy. */
  readonly hasProxy: (url: string) => boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** How many seconds the server's clock is ahead of this machine's, if the response has a date. */
  readonly clockAheadSeconds: number | undefined;
}

export interface Trouble {
  /** What happened, in a few words: `no connection`. */
  readonly found: string;
  readonly advice: string;
}

const maxBytes = 512 * 1024;

/**
 * Sends one GET request without following a redirect. An error of the network is returned as {@link Trouble}.
 *
 * @throws if the signal was aborted
 */
export async function ask(url: string, { signal, timeoutMs, hasProxy }: Limits): Promise<Reply | Trouble> {
  const limit = AbortSignal.timeout(timeoutMs);
  const begun = Date.now();
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, limit]),
    });
    const arrived = Date.now();
    const text = await readText(response);
    return {
      status: response.status,
      headers: response.headers,
      text,
      clockAheadSeconds: readClockAhead(response.headers, (begun + arrived) / 2),
    };
  } catch (error) {
    signal.throwIfAborted();
    const isOver = limit.aborted;
    const code = codeIn(error);
    if (!isOver && code !== undefined && hasProxy(url) && unconnected.test(code)) return describeLostProxy(code);
    const trouble = isOver ? describeTimeout(url, timeoutMs) : describeNetworkError(url, error);
    return hasProxy(url) ? { ...trouble, advice: `${throughProxy} ${trouble.advice}` } : trouble;
  }
}

export function isTrouble(outcome: Reply | Trouble): outcome is Trouble {
  return 'advice' in outcome;
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxBytes) break;
  }
  return text.slice(0, maxBytes);
}

/** The code of an error of the network: the first one in its causes and in the errors of its attempts. */
function codeIn(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 9) return undefined;
  const { cause, errors, code, name, message } = pick(error);
  const inner = [cause, ...(Array.isArray(errors) ? errors : [])].map((each) => codeIn(each, depth + 1));
  const found = inner.find((each) => each !== undefined);
  if (found !== undefined) return found;
  if (typeof code === 'string') return code;
  // Recognizes two errors of `fetch` by their message, because they have no code.
  if (name === 'HTTPParserError') return 'HPE';
  return message === 'bad port' ? 'bad port' : undefined;
}

type ErrorFields = Readonly<Partial<Record<'cause' | 'errors' | 'code' | 'name' | 'message', unknown>>>;

/** Reads an error's fields, which are not own properties of every error. */
function pick(error: object): ErrorFields {
  const names = ['cause', 'errors', 'code', 'name', 'message'];
  return Object.fromEntries(names.map((name) => [name, Reflect.get(error, name)]));
}

function describeTimeout(url: string, timeoutMs: number | undefined): Trouble {
  return {
    found: timeoutMs === undefined ? 'no connection in time' : `no response within ${timeoutMs / 1000} s`,
    advice:
      `${hostOf(url)} did not answer in time. Check that the server is running, and that no firewall drops the connection. A slow ` +
      'network needs a larger --timeout.',
  };
}

const throughProxy =
  'The request goes through the proxy of the environment (HTTP_PROXY, HTTPS_PROXY), so the proxy may be the cause.';

const unreachable = /^(?:ENET|EHOST)(?:UNREACH|DOWN)$|^EADDRNOTAVAIL$/;
const unconnected = new RegExp(
  `${unreachable.source}|^(?:ECONNREFUSED|ENOTFOUND|EAI_\\w+|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$`,
);

/** Through a proxy, only the proxy itself is looked up and connected to. */
function describeLostProxy(code: string): Trouble {
  return {
    found: `no connection to the proxy (${printable(code)})`,
    advice:
      'The proxy of the environment (HTTP_PROXY, HTTPS_PROXY) cannot be reached. Check its URL and port, and that it is running. If this ' +
      'host needs no proxy, add it to NO_PROXY.',
  };
}

const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
];

/** Whether nothing listens at the address. */
export function isRefused(error: unknown): boolean {
  return codeIn(error) === 'ECONNREFUSED';
}

export function describeNetworkError(url: string, error: unknown): Trouble {
  const code = codeIn(error);
  const host = hostOf(url);
  const { hostname, port, protocol } = new URL(url);
  if (code === undefined)
    return { found: 'no connection', advice: `The request to ${host} failed. Check the URL and the network.` };
  const at = (found: string, advice: string): Trouble => ({ found: `${found} (${printable(code)})`, advice });
  if (untrusted.includes(code)) {
    return at(
      'certificate not trusted',
      `Node does not trust the certificate of ${host}. If it belongs to a proxy of your network or to a local authority, set ` +
        'NODE_EXTRA_CA_CERTS to the PEM file of that authority. Otherwise someone may be intercepting the connection.',
    );
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return at(
      code === 'CERT_HAS_EXPIRED' ? 'certificate expired' : 'certificate not yet valid',
      `The certificate of ${host} is not valid today. Check the clock of this machine. If it is right, the server needs a new certificate.`,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return at('certificate of another host', `The certificate is not for ${host}. Check the host name in the URL.`);
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return at(
      'no TLS',
      `The server at ${host} did not agree on a TLS connection. Check the port and the scheme: a local emulator uses http://.`,
    );
  }
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return at(
      'host name not found',
      `There is no address for ${printable(hostname)}. Check the spelling, and the network and DNS of this machine or container.`,
    );
  }
  if (code === 'ECONNREFUSED') {
    const start = isLoopback(hostname)
      ? ` Start the local Torii: torii emulator${port === '' ? '' : ` --port ${port}`}. Inside a container, 127.0.0.1 is the container itself.${hostname === 'localhost' ? ' If localhost leads to ::1 here, use 127.0.0.1.' : ''}`
      : ' Check the port, and that the server is running.';
    return at('connection refused', `Nothing listens at ${host}.${start}`);
  }
  if (code === 'bad port') {
    return {
      found: 'port not allowed',
      advice: `fetch refuses to use port ${port}, which belongs to another protocol (Fetch standard, section 2.9). Choose another port.`,
    };
  }
  if (code.startsWith('HPE')) {
    return at(
      'not HTTP',
      `The server at ${host} does not speak HTTP. Check the port${protocol === 'http:' ? ', and use https:// for a TLS port' : ''}.`,
    );
  }
  if (unreachable.test(code)) {
    return at('no route', `This machine or container has no route to ${host}. Check its network, VPN and firewall.`);
  }
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return describeTimeout(url, undefined);
  const { remedy } = readConnectionFailure(error);
  if (remedy !== undefined) return at('no connection', remedy);
  return at(
    'no connection',
    `The connection to ${host} failed. Check the network, the port, and whether a proxy or firewall is in between.`,
  );
}

export function hostOf(url: string): string {
  return withoutSecrets(printable(new URL(url).host));
}

/** Describes a response that is not from Torii, or `undefined` if it could be. */
export function describeForeignReply(url: string, { status, headers, text }: Reply): Trouble | undefined {
  const host = hostOf(url);
  if (status >= 300 && status < 400) {
    const location = headers.get('location') ?? '';
    const target = URL.canParse(location, url) ? new URL(location, url).href : '';
    const to = /^https?:/.test(target) ? ` to ${shownUrl(target)}` : '';
    return {
      found: `redirect (${status})${to}`,
      advice: `${host} redirects${to}, and redirects are not followed. Set the URL to the address that answers itself.`,
    };
  }
  if (
    /^\s*<(?:!doctype|html|head|body|\?xml)/i.test(text.slice(0, 1000)) ||
    /\btext\/html\b/i.test(headers.get('content-type') ?? '')
  ) {
    return {
      found: `a web page (${status})`,
      advice:
        `${host} answered with a web page. The URL is that of an app or of a sign-in page, or a network login or firewall ` +
        'answers in place of Torii.',
    };
  }
  if (status === 421) {
    return {
      found: `host refused (${status})`,
      advice: `The emulator does not accept the host ${host}. Start it with --allow-host ${printable(new URL(url).hostname)}, or use 127.0.0.1.`,
    };
  }
  if (status === 407)
    return { found: 'proxy asks for a login (407)', advice: 'Add a user name and password to the URL of the proxy.' };
  if (status === 429)
    return { found: 'too many requests (429)', advice: `${host} limits requests. Wait, and run torii doctor again.` };
  if (status >= 500) {
    return {
      found: `server error (${status})`,
      advice: `${host} has a problem. Try again later, and check Torii’s status.`,
    };
  }
  return undefined;
}
