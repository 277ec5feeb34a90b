export const controlPath = '/_emulator';

export const dashboardPath: string = `${controlPath}/`;
export const dashboardStylesheetPath: string = `${dashboardPath}dashboard.css`;

export const webhookSecretsPath: string = `${dashboardPath}webhook-secrets`;

export const liveScriptPath: string = `${dashboardPath}live.js`;
