export const controlPath = '/_emulator';

/** The dashboard's first page. */
export const dashboardPath: string = `${controlPath}/`;
/** The dashboard's other pages are below this path, because the control API has `/_emulator/users` and others. */
export const sectionsPath: string = `${dashboardPath}dashboard/`;
export const dashboardStylesheetPath: string = `${dashboardPath}dashboard.css`;

export const secretsPath: string = `${dashboardPath}secrets`;

export const liveScriptPath: string = `${dashboardPath}live.js`;
