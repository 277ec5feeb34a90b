import type { RequestView } from '@torii/core';
import { isPromise } from '@torii/core/internal';
import type { Caller } from './caller.ts';
import type { Finding } from './explanation.ts';
import { judgePermission } from './permission-rule.ts';
import type { Place } from './place.ts';
import type { Settings } from './settings.ts';
import { judgeHeader, judgeSlug, judgeSubdomain } from './tenant-rules.ts';
import { forbid, pass, type Verdict } from './verdict.ts';

export interface Rule {
  readonly name: Finding['rule'];
  judge(caller: Caller, request: RequestView, place: Place): Verdict | Promise<Verdict>;
}

const noTenant: Verdict = pass('the path is listed in `withoutTenant`');
const noSlug: Verdict = pass('the path is listed in `withoutTenant` or `withoutSlug`');

export function listRules(settings: Settings): readonly Rule[] {
  const { header, baseDomains, impersonation, paths, source } = settings;
  const rules: Rule[] = [{ name: 'impersonation', judge: (caller) => judgeImpersonation(caller, impersonation) }];
  if (header !== undefined) {
    rules.push({
      name: 'header',
      judge: (caller, request, { hasTenant }) => (hasTenant ? judgeHeader(caller, request, header) : noTenant),
    });
  }
  if (baseDomains !== undefined) {
    rules.push({
      name: 'subdomain',
      judge: (caller, request, { hasTenant }) => (hasTenant ? judgeSubdomain(caller, request, baseDomains) : noTenant),
    });
  }
  if (paths.slug !== undefined) {
    rules.push({
      name: 'slug',
      judge: (caller, request, { hasSlug, slug }) => (hasSlug ? judgeSlug(caller, request, slug) : noSlug),
    });
  }
  if (source !== undefined) {
    rules.push({
      name: 'permission',
      judge(caller, request, place) {
        const policy = source.current();
        return isPromise(policy)
          ? policy.then((known) => judgePermission(known, caller, request, place))
          : judgePermission(policy, caller, request, place);
      },
    });
  }
  return rules;
}

export function judgeImpersonation(caller: Caller, impersonation: Settings['impersonation']): Verdict {
  if (!caller.impersonating) return pass('the user is not impersonated');
  if (impersonation === 'audit') return pass('the user is impersonated; the request is reported to `onEvent`');
  return forbid('Impersonated users may not do this.', 'the user is impersonated');
}
