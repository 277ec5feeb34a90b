/** What is known about a request that got no response. */
export interface ConnectionFailure {
  /** Whether the server may have received the request. `false` only if the request was certainly never sent. */
  readonly mayHaveArrived: boolean;
  /** What to do about a failure that every further attempt would meet too, such as an untrusted certificate. */
  readonly remedy: string | undefined;
}

interface Verdict {
  readonly isUnsent: boolean;
  readonly remedy?: string | undefined;
}

const doubt: Verdict = { isUnsent: false };
const unsent: Verdict = { isUnsent: true };

// The step that failed, in Node's system errors. A request is written only after these.
const earlySteps = /^(connect|bind|socket|getaddrinfo|getnameinfo|query[A-Z]\w*)$/;

// Codes of a failed lookup or connection in every runtime and HTTP client. The last two are Bun's.
const earlyCodes =
  /^(ECONNREFUSED|ENOTFOUND|EAI_[A-Z]+|UND_ERR_CONNECT_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT|ERR_PROXY_TUNNEL|ConnectionRefused|FailedToOpenSocket)$/;

// These codes may also come from an established connection, so the message must name the step. node-fetch puts the message of
// Node after its own. Bun asks about a typo if it could not open a connection.
const unreachable = '(ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM)';
const connectMessages = [
  new RegExp(String.raw`^(?:request to \S+ failed, reason: )?connect ${unreachable}\b`),
  new RegExp(String.raw`^${unreachable}: Was there a typo in the url or port\?`),
];

// Node checks the server's certificate before it writes the request.
const certificateCodes =
  /^((CERT|CRL|UNABLE_TO|ERROR_IN_CERT|ERROR_IN_CRL|ERR_TLS_CERT)_\w+|(SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED)_CERT\w*|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|HOSTNAME_MISMATCH)$/;

// Failures of TLS other than these are permanent: the server speaks plain HTTP, or refuses the versions or the certificate.
// They do not say whether the request was sent: with TLS 1.3, a server can refuse a client after that.
const passingTlsCodes = /BAD_RECORD_MAC|UNEXPECTED_EOF|INTERNAL_ERROR|USER_CANCELL?ED|CLOSE_NOTIFY|NO_RENEGOTIATION/;

const remedies = {
  date: "The server's certificate has expired or is not valid yet. Check it, and the clock of this machine.",
  host: "The server's certificate is for another host. Check the URL.",
  trust:
    "The server's certificate is not trusted. If your own certificate authority issued it, set NODE_EXTRA_CA_CERTS to the file of that authority's certificate.",
  tls: 'The TLS handshake failed. Check the port of the URL, and any proxy.',
  proxy: 'The proxy refused the connection. Check HTTPS_PROXY and NO_PROXY.',
  port: 'No request can be sent to the scheme or port of the URL. Check the URL.',
};

const wrongTls: Verdict = { isUnsent: false, remedy: remedies.tls };

/**
 * Decides by the step that failed whether a request was sent: for each of the errors of an AggregateError, and for nested
 * causes. If that is unknown, the request may have arrived. Never throws.
 */
export function readConnectionFailure(thrown: unknown): ConnectionFailure {
  let verdict: Verdict | undefined;
  try {
    verdict = judge(thrown, new Map());
  } catch {
    // A getter of the error threw.
  }
  const { isUnsent, remedy } = verdict ?? doubt;
  return { mayHaveArrived: !isUnsent, remedy };
}

const maxErrors = 100;

// `undefined` if the error contains no information. `judged` ends cycles.
function judge(thrown: unknown, judged: Map<unknown, Verdict | undefined>): Verdict | undefined {
  if (typeof thrown !== 'object' || thrown === null || judged.has(thrown)) return judged.get(thrown);
  if (judged.size >= maxErrors) return doubt;
  judged.set(thrown, undefined);
  const {
    code,
    erroredSysCall,
    syscall = erroredSysCall,
    message,
    cause,
    errors,
  } = thrown as Readonly<Record<string, unknown>>;
  const step = typeof syscall === 'string' ? syscall : undefined;
  const deeper = cause === undefined ? undefined : judge(cause, judged);
  const isJoined = Array.isArray(errors) && errors.length > 0;
  // Node gives an AggregateError the code of its first error.
  const own = isJoined
    ? combine(errors.map((error) => judge(error, judged) ?? doubt))
    : judgeOne(code, step, typeof message === 'string' ? message : '');
  const verdict = own && deeper ? combine([own, deeper]) : (own ?? deeper);
  const result = isJoined && step !== undefined && !earlySteps.test(step) ? doubt : verdict;
  judged.set(thrown, result);
  return result;
}

function combine(verdicts: readonly Verdict[]): Verdict {
  const isPermanent = verdicts.every(({ remedy }) => remedy !== undefined);
  return {
    isUnsent: verdicts.every(({ isUnsent }) => isUnsent),
    remedy: isPermanent ? verdicts[0]?.remedy : undefined,
  };
}

function judgeOne(code: unknown, step: string | undefined, message: string): Verdict | undefined {
  if (step !== undefined && !earlySteps.test(step)) return code === 'EPROTO' ? wrongTls : doubt;
  // A reset may be reported for either step, depending on when it arrives, so it never counts as certain.
  if (step !== undefined) return code === 'ECONNRESET' ? doubt : unsent;
  return typeof code === 'string' ? judgeCode(code, message) : judgeText(message);
}

function judgeCode(code: string, message: string): Verdict {
  if (certificateCodes.test(code)) return { isUnsent: true, remedy: remedyForCertificate(code) };
  if (/^ERR_SSL_|^EPROTO$/.test(code)) {
    return passingTlsCodes.test(code) ? doubt : wrongTls;
  }
  if (code === 'ERR_INVALID_URL') return { isUnsent: false, remedy: remedies.port };
  if (earlyCodes.test(code) || connectMessages.some((form) => form.exec(message)?.[1] === code)) return unsent;
  // Node's error if the server closes the connection during the TLS handshake.
  if (code === 'ECONNRESET' && /^Client network socket disconnected before secure TLS/.test(message)) return unsent;
  const [, status] = (code === 'UND_ERR_ABORTED' && /^Proxy response \((\d+)\) !== 200 /.exec(message)) || [];
  if (status === undefined) return doubt;
  // The proxy refused to open a tunnel. Some statuses, such as 502, are temporary.
  return Number(status) < 500 && status !== '429' ? { isUnsent: true, remedy: remedies.proxy } : unsent;
}

function remedyForCertificate(code: string): string {
  if (/EXPIRED|NOT_YET_VALID/.test(code)) return remedies.date;
  return /ALTNAME|HOSTNAME/.test(code) ? remedies.host : remedies.trust;
}

function judgeText(message: string): Verdict | undefined {
  if (/^(bad port|unknown scheme|invalid URL scheme)$/i.test(message)) return { isUnsent: true, remedy: remedies.port };
  // Deno names the step in the message. The URL in it contains no space, so it cannot imitate the end of the message.
  const [, problem] = /^error sending request for url \(\S*\): client error \(Connect\): (.*)/.exec(message) ?? [];
  if (problem === undefined) return /^error sending request/.test(message) ? doubt : undefined;
  if (!/^invalid peer certificate/.test(problem))
    return /corrupt message/.test(problem) ? { isUnsent: true, remedy: remedies.tls } : unsent;
  const isDate = /expired|notvalidyet|not valid yet/i.test(problem);
  return {
    isUnsent: true,
    remedy: isDate ? remedies.date : /not ?valid ?for ?name/i.test(problem) ? remedies.host : remedies.trust,
  };
}
