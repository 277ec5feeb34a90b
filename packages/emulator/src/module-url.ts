/** The URL of a file directly in src/ or dist/. */
export const moduleUrl: string = import.meta.url;
