import { assertOption, isLoopback } from '@torii/core/internal';

interface Runtime {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly execArgv?: readonly string[];
    readonly versions?: Readonly<Record<string, string | undefined>>;
  };
  readonly Deno?: {
    readonly permissions: { querySync(permission: object): { readonly state: string } };
  };
}

/** Throws a ToriiConfigError if the secret key would leave this machine without encryption. `url` is the option `apiUrl`. */
export function assertStaysOnMachine(url: URL): void {
  assertOption(
    'apiUrl',
    url.protocol === 'https:' || !leavesMachine(url),
    'is an http URL of this machine, but HTTP_PROXY makes the requests go through a proxy on another one, and with them the ' +
      'secret key without encryption. Set NO_PROXY=localhost,127.0.0.1,::1,[::1]',
  );
}

/**
 * Whether the platform's `fetch` sends a request for this http URL of loopback to a proxy on another machine, because
 * environment variables name one. None of Node, Bun and Deno makes an exception for loopback.
 */
function leavesMachine(url: URL): boolean {
  try {
    const { process, Deno } = globalThis as Runtime;
    // Reading a variable without the permission would ask the user for it.
    if (Deno && Deno.permissions.querySync({ name: 'env' }).state !== 'granted') return false;
    const env = process?.env ?? {};
    const usesProxy =
      Deno !== undefined ||
      process?.versions?.['bun'] !== undefined ||
      env['NODE_USE_ENV_PROXY'] === '1' ||
      [env['NODE_OPTIONS'], ...(process?.execArgv ?? [])].some((text) => /--use-env-proxy\b/.test(text ?? ''));
    const names = Deno === undefined ? ['http_proxy'] : ['http_proxy', 'all_proxy'];
    const proxy = names.map((name) => env[name] || env[name.toUpperCase()]).find(Boolean);
    return usesProxy && proxy !== undefined && !isOnThisMachine(proxy) && !isException(env, url, Deno !== undefined);
  } catch {
    return false;
  }
}

function isOnThisMachine(proxy: string): boolean {
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

type Environment = Readonly<Record<string, string | undefined>>;

// Each runtime reads NO_PROXY in its own way. For [::1], Node wants the brackets and Deno does not.
function isException(env: Environment, { hostname, host }: URL, isDeno: boolean): boolean {
  const list = isDeno ? env['no_proxy'] || env['NO_PROXY'] : (env['no_proxy'] ?? env['NO_PROXY']);
  const exceptions = (list ?? '').split(/[\s,]+/);
  if (isDeno) {
    const name = hostname.replace(/^\[(.*)\]$/, '$1');
    return exceptions.some((each) => each === name || each === `.${name}`);
  }
  return exceptions.some((each) => ['*', host, hostname].includes(each.toLowerCase().replace(/^\*?\.(?=.)/, '')));
}
