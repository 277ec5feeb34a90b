import type { Auth, Check, RequestView, Verifier, VerifierEvent, VerifierOptions } from '@torii/core';
import type { VirtualProcess } from '../../world/virtual-process.ts';
import type { World } from '../../world/world.ts';
import { approveFunction } from './approve-function.ts';
import type { Directory } from './directory.ts';
import type { ClientPlan, ProcessPlan } from './plan.ts';
import { ProcessView } from './process-view.ts';
import { type ReportedCheck, ReportWatch } from './report-watch.ts';
import { environments, issuerOf } from './tenant-tokens.ts';

export interface Accepted {
  readonly kind: 'accepted';
  readonly userId: string;
  readonly environmentId: string | null;
  readonly isImpersonated: boolean;
}

export interface Refused {
  readonly kind: 'refused';
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfter: unknown;
}

/** What a verifier answered. */
export type Outcome = Accepted | Refused | { readonly kind: 'failed'; readonly text: string };

/** A verifier of the product in a simulated process. */
export interface Client {
  readonly plan: ClientPlan;
  readonly view: ProcessView;
  readonly isList: boolean;
  /** Whether it has checks: verifiers of tokens alone have none. */
  readonly hasChecks: boolean;
  readonly report: ReportedCheck | undefined;
  readonly reports: ReportWatch;
  call(token: string, inOtherHeader: boolean): Promise<Outcome>;
}

export interface Member {
  readonly process: VirtualProcess;
  readonly view: ProcessView;
  readonly reports: ReportWatch;
  readonly clients: readonly Client[];
}

/** The tenant whose issuer has its own verifier in a list. */
export const listedTenant = 0;
const otherHeader = 'x-other-token';

export function startMember(world: World, process: VirtualProcess, plan: ProcessPlan, directory: Directory): Member {
  const view = new ProcessView(world, process, plan);
  const reports = new ReportWatch(world, process);
  const approve = approveFunction(world, view, directory, plan.approveMs);
  const { rememberS: rememberSeconds, timeoutMs, newPerMinute } = plan;
  const issuer = { approve, rememberSeconds, timeoutMs: Math.min(timeoutMs, rememberSeconds * 1000), newPerMinute };
  const clients = plan.clients.flatMap((client) => startClients(view, reports, client, issuer));
  return { process, view, reports, clients };
}

/** A verifier. With a list, also the approving one of the list: the app may use it alone too. */
function startClients(
  view: ProcessView,
  reports: ReportWatch,
  plan: ClientPlan,
  issuer: Exclude<VerifierOptions['issuer'], string | readonly string[] | undefined>,
): readonly Client[] {
  const { core } = view.process.product;
  const { form, isSilent } = plan;
  const hasChecks = form !== 'token verifier' && form !== 'once';
  const report = hasChecks && plan.report !== null ? reports.add(plan.report) : undefined;
  const onEvent = (event: VerifierEvent): void => {
    if (report === undefined) return;
    if (event.type === 'would_refuse') reports.onReported(report);
    if (event.type === 'report_skipped') reports.onSkipped(report);
  };
  const verifying = {
    issuer,
    cachedTokens: plan.cachedTokens,
    ...(!isSilent && { onEvent }),
    ...(plan.environment !== null && { environmentId: environments[plan.environment] }),
  };
  const checks = checksOf(view, reports, plan, report);
  const all = { ...verifying, ...(checks.length > 0 && { checks }) };
  const headers = (token: string, inOtherHeader: boolean): Record<string, string> => {
    return { [inOtherHeader ? otherHeader : 'authorization']: `Bearer ${token}` };
  };
  const client = (call: Client['call'], isListed = false): Client => {
    return { plan, view, isList: isListed, hasChecks, report, reports, call };
  };
  // The same function in a new object each time, as apps write it.
  if (form === 'once')
    return [client((token) => outcomeOf(core.verifyToken(token, { ...verifying, issuer: { ...issuer } })))];
  if (form === 'request once') {
    const once = (token: string): Promise<Outcome> =>
      outcomeOf(core.authenticateRequest(headers(token, false), { ...all, issuer: { ...issuer } }));
    return [client(once)];
  }
  if (form === 'token verifier') {
    const verifier = core.createTokenVerifier(verifying);
    return [client((token) => outcomeOf(verifier.verify(token)))];
  }
  const approving: Verifier = core.createVerifier(all);
  const alone = client((token) => outcomeOf(approving.verify(token)));
  if (form === 'verify') return [alone];
  if (form === 'check') return [client(async (token) => answerOf(() => approving.check(headers(token, false))))];
  const listed = core.createVerifier({
    issuer: issuerOf(listedTenant),
    environmentId: environments[0],
    checks: [isOwn],
    ...(form === 'list, other header' && { header: otherHeader }),
  });
  const list = core.anyVerifier([approving, listed]);
  const asList = client(async (token, inOther) => answerOf(() => list.check(headers(token, inOther))), true);
  return [asList, alone];
}

const isOwn = (auth: Auth): boolean => !auth.impersonating;

function checksOf(
  { process }: ProcessView,
  reports: ReportWatch,
  plan: ClientPlan,
  report: ReportedCheck | undefined,
): readonly Check[] {
  const { core } = process.product;
  const checks: Check[] = [];
  if (report !== undefined)
    checks.push(core.reportOnly((() => reports.run(report, plan.isSilent, core.refuse)) as unknown as Check));
  if (plan.isMisused) {
    const placeholder = core.reportOnly(() => false);
    checks.push(async (auth: Auth, request: RequestView) => (await placeholder(auth, request)) === true || true);
  }
  if (plan.refusesImpersonated) checks.push(isOwn);
  return checks;
}

function accepted(auth: Auth | null): Outcome {
  if (auth === null) return { kind: 'failed', text: 'no Auth and no refusal' };
  const { userId, environmentId, impersonating } = auth;
  return { kind: 'accepted', userId, environmentId, isImpersonated: impersonating };
}

async function answerOf(
  check: () => Promise<{ readonly auth: Auth | null; readonly denial: unknown }>,
): Promise<Outcome> {
  try {
    const { auth, denial } = await check();
    if (denial === undefined) return accepted(auth);
    const { status, headers, body } = denial as {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: { readonly error: { readonly reason: string; readonly message: string } };
    };
    const retryAfter = headers['Retry-After'];
    const { reason, message } = body.error;
    return {
      kind: 'refused',
      status,
      reason,
      message,
      retryAfter: retryAfter === undefined ? retryAfter : Number(retryAfter),
    };
  } catch (error) {
    return { kind: 'failed', text: String(error) };
  }
}

async function outcomeOf(answer: Promise<Auth | null>): Promise<Outcome> {
  try {
    return accepted(await answer);
  } catch (error) {
    const { status, reason, message, retryAfterSeconds } = error as Readonly<Record<string, unknown>>;
    if (typeof reason !== 'string') return { kind: 'failed', text: String(error) };
    return { kind: 'refused', status: Number(status), reason, message: String(message), retryAfter: retryAfterSeconds };
  }
}
