import { isLoopback } from '@torii/core/internal';
import type { Context } from '../../context.ts';
import { problemOfNode } from '../../node-version.ts';
import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { type Finding, failed, passed, warning } from './finding.ts';

const proxyNames = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];

export function checkNode(version: string): Finding {
  const problem = problemOfNode(version);
  return problem === undefined ? passed('Node', version) : failed('Node', version, problem);
}

/** Node uses a proxy from the environment only if it is told to. The URL of a proxy is not shown: it can have a password. */
export function checkProxy({ env }: Context, urls: readonly string[], version: string): Finding {
  const check = 'proxy';
  const { local } = doctorChecks.proxy.causes;
  const set = proxyNames.filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return passed(check, 'none');
  const list = set.join(', ');
  if (!usesProxy(env)) {
    return warning(
      check,
      `${list} not used`,
      `Node does not use ${list} unless NODE_USE_ENV_PROXY=1 is set, with Node 22.21, 24.0 or newer. If this network needs the proxy, set it.`,
    );
  }
  if (!knowsProxies(version)) {
    return warning(
      check,
      `${list} not used by Node ${version}`,
      'Node reads NODE_USE_ENV_PROXY from 22.21 and 24.0 on. If this network needs the proxy, use a newer Node.',
    );
  }
  const found = urls.find((url) => isLocal(url) && goesThroughProxy(env, url));
  if (found === undefined) return passed(check, `${list} used`);
  return warning(check, `${list} used for ${new URL(found).hostname} too`, `${local.cause} ${local.remedy}`);
}

type Environment = Context['env'];

function usesProxy(env: Environment): boolean {
  return env['NODE_USE_ENV_PROXY'] === '1' || /--use-env-proxy\b/.test(env['NODE_OPTIONS'] ?? '');
}

function knowsProxies(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 22 && minor >= 21);
}

/** Whether a URL leads to this machine. */
export function isLocal(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname);
}

export function goesThroughProxy(env: Environment, url: string): boolean {
  const { protocol, hostname, host } = new URL(url);
  const proxy = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  if (!usesProxy(env) || (env[proxy] ?? env[proxy.toUpperCase()] ?? '') === '') return false;
  const exceptions = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').toLowerCase().split(/[\s,]+/);
  return !exceptions.some((each) => {
    const domain = each.replace(/^\*?\./, '');
    // Node compares IPv6 addresses with their brackets.
    return each === '*' || each === host || domain === hostname || (domain !== '' && hostname.endsWith(`.${domain}`));
  });
}

export function checkCertificates({ env }: Context): Finding {
  const check = 'certificates';
  const { off } = doctorChecks.certificates.causes;
  if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    return failed(check, 'not checked', `${off.cause} ${off.remedy}`);
  }
  return passed(check, (env['NODE_EXTRA_CA_CERTS'] ?? '') === '' ? 'checked' : 'checked, with NODE_EXTRA_CA_CERTS');
}
