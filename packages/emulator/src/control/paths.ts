/** The path prefix of the dashboard and the control API. Torii has no such paths. */
export const controlPath = '/_emulator';

export const dashboardPath: string = `${controlPath}/`;
export const dashboardStylesheetPath: string = `${dashboardPath}dashboard.css`;

/** POST: a page that shows the webhook secrets. */
export const webhookSecretsPath: string = `${dashboardPath}webhook-secrets`;

export const liveScriptPath: string = `${dashboardPath}live.js`;
