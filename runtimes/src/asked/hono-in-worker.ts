// The entry point for workerd: serves the app of the conformance cases.
import { createHandler, type Settings } from './hono-server.ts';

let handler: ReturnType<typeof createHandler> | undefined;

const worker = {
  fetch(request: Request, env: Settings): Response | Promise<Response> {
    handler ??= createHandler(env);
    return handler(request, env);
  },
};
// biome-ignore lint/style/noDefaultExport: workerd uses the default export of the module.
export default worker;
