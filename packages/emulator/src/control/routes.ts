import { Hono } from 'hono';
import { refuseForeignPages } from '../http/origins.ts';
import { type ControlSubject, readControlRequest } from './operation.ts';
import { controlOperations } from './operations/index.ts';

export function controlRoutes(subject: ControlSubject): Hono {
  const app = new Hono();
  // CSRF: the control API has no authentication, so web pages that the developer visits must not be able to call it.
  app.use(refuseForeignPages(subject.environment.issuer));
  for (const [key, operation] of Object.entries(controlOperations)) {
    const [method = '', path = ''] = key.split(' ');
    app.on(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const { status = 200, body, text } = await operation.handle(subject, await readControlRequest(c.req));
      c.header('cache-control', 'private, no-store');
      // Other sites must not be able to load a mailbox or claims as a script or an image.
      c.header('x-content-type-options', 'nosniff');
      c.header('cross-origin-resource-policy', 'same-origin');
      if (body === undefined) return c.body(null, 204);
      return text !== undefined && prefersText(c.req.header('accept')) ? c.text(text) : c.json(body, status as 200);
    });
  }
  return app;
}

/** Whether a client asks for text and not for JSON. Many HTTP libraries accept both, and expect JSON. */
function prefersText(accept: string = ''): boolean {
  return /\btext\/plain\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept);
}
