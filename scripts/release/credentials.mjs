/** What can publish: npm's token, and what gets a token of the workflow for a trusted publisher and for provenance. */
const names = ['NPM_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', 'ACTIONS_ID_TOKEN_REQUEST_URL'];

/** @param {NodeJS.ProcessEnv} environment */
export function withoutCredentials(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}
