export const moduleUrl: string = import.meta.url;
