import { isLoopback } from '@torii/core/adapter';
import type { Context } from '../../context.ts';
import { problemOfNode } from '../../node-version.ts';
import { type Finding, failed, passed, warning } from './finding.ts';

const proxyNames = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

export function checkNode(version: string): Finding {
  const problem = problemOfNode(version);
  return problem === undefined ? passed('Node', version) : failed('Node', version, problem);
}

/** Node uses a proxy from the environment only if it is told to. The URL of a proxy is not shown: it can have a password. */
export function checkProxy({ env }: Context, urls: readonly string[]): Finding {
  const check = 'proxy';
  const set = proxyNames.filter((name) => (env[name] ?? '') !== '');
  const isUsed = env['NODE_USE_ENV_PROXY'] === '1' || /--use-env-proxy\b/.test(env['NODE_OPTIONS'] ?? '');
  if (set.length === 0) return passed(check, 'none');
  const list = set.join(', ');
  if (!isUsed) {
    return warning(
      check,
      `${list} not used`,
      `Node does not use ${list} unless NODE_USE_ENV_PROXY=1 is set, with Node 22.21, 24.5 or newer. If this network needs the proxy, set it.`,
    );
  }
  const bypassed = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(/[\s,]+/).map((each) => each.toLowerCase());
  const local = urls
    .filter((url) => URL.canParse(url))
    .map((url) => new URL(url).hostname)
    .find((host) => isLoopback(host) && !bypassed.includes(host) && !bypassed.includes('*'));
  if (local === undefined) return passed(check, `${list} used`);
  return warning(
    check,
    `${list} used for ${local} too`,
    `Requests to this machine go through the proxy, which cannot reach it. Add it: NO_PROXY=localhost,127.0.0.1,::1`,
  );
}

export function checkCertificates({ env }: Context): Finding {
  const check = 'certificates';
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    return failed(
      check,
      'not checked',
      'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anyone on the network replace the keys and read the secret key. Remove it, and name a local ' +
        'authority with NODE_EXTRA_CA_CERTS.',
    );
  }
  return passed(check, (env['NODE_EXTRA_CA_CERTS'] ?? '') === '' ? 'checked' : 'checked, with NODE_EXTRA_CA_CERTS');
}
