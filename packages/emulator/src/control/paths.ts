/** Everything below this path belongs to the emulator alone; Torii has nothing there. */
export const controlPath = '/_emulator';

export const dashboardPath: string = `${controlPath}/`;
export const dashboardStylesheetPath: string = `${dashboardPath}dashboard.css`;

/** POST: a page with the secrets that sign webhooks. */
export const webhookSecretsPath: string = `${dashboardPath}webhook-secrets`;

/** The script that keeps the page up to date. The page works without it. */
export const liveScriptPath: string = `${dashboardPath}live.js`;
