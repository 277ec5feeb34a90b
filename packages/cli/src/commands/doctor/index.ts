import type { Command } from 'commander';
import { addText, wholeNumber } from '../../arguments.ts';
import { type ApiOptions, type ApiSettings, addApiOptions, apiSettingsFrom } from '../../client.ts';
import type { Context } from '../../context.ts';
import { describeFailure } from '../../failure-text.ts';
import { CommandFailure, UsageError } from '../../failures.ts';
import { addFormOptions, type FormOptions, formOf, writeRecord, writeRecords } from '../../output/records.ts';
import { settingsFrom } from '../../settings.ts';
import { shownUrl } from '../../shown-settings.ts';
import { checkApi, checkSameTorii } from './api.ts';
import { checkClock } from './clock.ts';
import { checkEnvironment } from './environment.ts';
import type { Limits } from './exchange.ts';
import { type Check, type Finding, failed, type Report } from './finding.ts';
import { checkIssuer } from './issuer.ts';
import { checkCertificates, checkNode, checkProxy, goesThroughProxy } from './machine.ts';
import { checkPackages } from './packages.ts';
import { drawReport } from './report.ts';
import { checkRevocations } from './revocations.ts';
import { checkSettings } from './settings.ts';

interface DoctorOptions extends ApiOptions, FormOptions {
  readonly issuer?: readonly string[];
  readonly clockTolerance: number;
  readonly timeout: number;
}

const examples = `
Examples:
  $ torii doctor
  $ torii doctor --settings live.env
  $ torii doctor --json
  $ torii token why
  explains why one token is refused`;

export function addDoctor(program: Command, context: Context): void {
  addFormOptions(addApiOptions(program.command('doctor')))
    .description(
      'Check settings, issuer, keys, clock, REST API and packages. The exit code is 1 if something is wrong.',
    )
    .option('--issuer <url>', 'issuer; can be repeated (TORII_ISSUER)', addText)
    .option('--clock-tolerance <seconds>', 'allowed clock difference, 0 to 300', wholeNumber(0, 300), 30)
    .option('--timeout <seconds>', 'longest wait for each response, 1 to 60', wholeNumber(1, 60), 5)
    .addHelpText('after', examples)
    .action((options: DoctorOptions) => runDoctor(context, options));
}

async function runDoctor(context: Context, options: DoctorOptions): Promise<void> {
  const { output } = context;
  const form = formOf(options);
  const findings = await examine(context, options);
  const wrong = findings.filter(({ result }) => result === 'failed');
  if (form === 'table') await output.write(drawReport(output, findings));
  else if (form === 'ndjson') await writeRecords(output, form, [], findings);
  else await writeRecord(output, form, [], { healthy: wrong.length === 0, checks: findings });
  if (wrong.length > 0)
    throw new CommandFailure(`Failed checks: ${[...new Set(wrong.map(({ check }) => check))].join(', ')}.`);
}

/** Runs all checks. A check that fails does not stop the others. */
async function examine(context: Context, options: DoctorOptions): Promise<readonly Finding[]> {
  const hasProxy = (url: string): boolean => goesThroughProxy(context.env, url);
  const limits: Limits = { signal: context.signal, timeoutMs: options.timeout * 1000, hasProxy };
  const issuers = issuersOf(context, options);
  const asked = [...new Set(issuers)].filter((issuer) => issuer.trim() !== '');
  const unreadable: Finding[] = [];
  let api: ApiSettings = { key: undefined, url: undefined };
  try {
    api = await apiSettingsFrom(context, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    unreadable.push(failed('secret key file', 'cannot be read', error.message));
  }
  const [revocations, environment, apiReport, ...issuerReports] = await Promise.all([
    attempt(context, 'revocations', async () => ({ findings: [await checkRevocations(context, options)] })),
    attempt(context, 'TORII_ENVIRONMENT_ID', async () => ({
      findings: [await checkEnvironment(context, options, issuers, limits)],
    })),
    attempt(context, 'REST API', () => checkApi(context, api, limits)),
    ...asked.map((issuer) => attempt(context, 'issuer', () => checkIssuer(context, issuer, limits))),
  ]);
  const clocks = [...issuerReports, apiReport].map(({ clock }) => clock).filter((each) => each !== undefined);
  return [
    checkNode(process.versions.node),
    ...(await attempt(context, 'packages', async () => ({ findings: [checkPackages(context.cwd)] }))).findings,
    ...unreadable,
    ...checkSettings(context, options, { ...api, issuers }),
    ...environment.findings,
    checkProxy(context, [...issuers, ...(api.url === undefined ? [] : [api.url.text])], process.versions.node),
    checkCertificates(context),
    ...issuerReports.flatMap(({ findings }, index) =>
      asked.length === 1 ? findings : nameIssuer(findings, asked[index]),
    ),
    checkClock(clocks, options.clockTolerance),
    ...apiReport.findings,
    ...revocations.findings,
    checkSameTorii(issuers, api),
  ];
}

/** A mistake in one check becomes its result, so that the other checks are still shown. */
async function attempt(context: Context, check: Check, examine: () => Promise<Report>): Promise<Report> {
  try {
    return await examine();
  } catch (error) {
    context.signal.throwIfAborted();
    return { findings: [failed(check, 'not checked', describeFailure(error, context.env).text)] };
  }
}

/** Says which of several issuers a finding is about. The first finding of each names it already. */
function nameIssuer(findings: readonly Finding[], issuer = ''): readonly Finding[] {
  return findings.map((finding) =>
    finding.check === 'issuer' ? finding : { ...finding, found: `${shownUrl(issuer)}: ${finding.found}` },
  );
}

function issuersOf(context: Context, options: DoctorOptions): readonly string[] {
  if (options.issuer !== undefined) return options.issuer;
  const setting = settingsFrom(context, options)('TORII_ISSUER');
  return setting === undefined ? [] : [setting.text];
}
