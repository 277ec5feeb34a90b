import { parseAppOrigin } from '../allowed-origins/origin.ts';
import { invalidOption } from './invalid-option.ts';

export function checkPublicOrigin(publicOrigin: unknown): void {
  if (publicOrigin === undefined) return;
  const origin = parseAppOrigin(publicOrigin);
  if (origin === undefined || !/^https?:/.test(origin) || !isHostname(new URL(origin).hostname)) {
    throw invalidOption(
      'publicOrigin must be an origin such as "http://localhost:8080", without a path or a slash at its end, in lowercase, ' +
        'and without the default port.',
    );
  }
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:' || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return;
  throw invalidOption(
    'publicOrigin must begin with https:// unless its host is localhost, 127.0.0.1 or [::1]: @torii/core and the REST client ' +
      'refuse plain http to other hosts. Use the address in the browser, such as "http://localhost:8080", and list the host ' +
      'names of containers in allowedHosts.',
  );
}

/** Whether a value is a host name or an IP address as it is written in a URL, in any case. */
export function isHostname(value: unknown): boolean {
  if (typeof value !== 'string' || !/^(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])$/i.test(value)) return false;
  // The URL parser turns 127.1 and 0x7f000001 into 127.0.0.1, so no Host header contains them.
  return URL.canParse(`http://${value}`) && new URL(`http://${value}`).host === value.toLowerCase();
}

export function hostsOf(publicOrigin: string | undefined): readonly string[] {
  return publicOrigin === undefined ? [] : [new URL(publicOrigin).hostname];
}
