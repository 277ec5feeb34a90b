/** Schemes that never are the origin of an app. A URL such as `javascript://app/%0aalert(1)` would run as a script. */
const refusedSchemes: readonly string[] = [
  'about',
  'blob',
  'data',
  'file',
  'filesystem',
  'ftp',
  'javascript',
  'vbscript',
  'view-source',
  'ws',
  'wss',
];

const longestOrigin = 300;

/**
 * Returns an origin as browsers send it, or `undefined` if the value is not one. Other schemes than http are accepted,
 * such as `capacitor://localhost` of apps.
 */
export function parseAppOrigin(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > longestOrigin) return undefined;
  const origin = originOf(value);
  // The comparison refuses a path, a user, capital letters and a default port.
  return value === origin ? origin : undefined;
}

/** The origin of a URL, also for schemes for which the URL parser gives `null`. `undefined` if no app can have it. */
export function originOf(value: string): string | undefined {
  // Browsers treat `\` as `/`, and remove tabs and line breaks.
  if (/[\\\p{Cc}\s*]/u.test(value) || !URL.canParse(value)) return undefined;
  const { protocol, username, password, host, hostname } = new URL(value);
  const scheme = protocol.slice(0, -1);
  if (username !== '' || password !== '') return undefined;
  if (refusedSchemes.includes(scheme) || !/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])$/.test(hostname)) return undefined;
  return `${protocol}//${host}`;
}
