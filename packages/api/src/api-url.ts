/** The base URL of Torii's REST API, which is used if the option `apiUrl` is absent. */
export const defaultApiUrl = 'https://api.torii.so';
