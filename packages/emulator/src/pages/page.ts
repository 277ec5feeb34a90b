import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem } from '../http/problem.ts';
import { stylesheet as ownStylesheet } from './stylesheet.ts';

export type Html = ReturnType<typeof html>;

interface Page {
  readonly title: string;
  readonly path: string;
  readonly body: Html;
  /** The path of a style sheet. By default, the page contains its styles. */
  readonly stylesheet?: string;
  readonly script?: string;
  /** Origins, besides the page's own, to which a submitted form may redirect. The CSP blocks all others. */
  readonly formTargets?: readonly string[];
}

// In the page, because relative links to a file are wrong behind a proxy that adds a trailing slash.
const ownStyle = raw(`<style>${ownStylesheet}</style>`);
// The bundler replaces a template that contains this text by a call of a helper in another package.
const endOfScript = raw('</script>');
const ownStylesheetSource = `'sha256-${createHash('sha256').update(ownStylesheet).digest('base64')}'`;

/** Responds with a page that loads only its own files, runs no inline scripts, and cannot be framed or cached. */
export function answerPage(c: Context, status: number, page: Page): Response | Promise<Response> {
  const { title, path, body, stylesheet, script, formTargets = [] } = page;
  c.header(
    'content-security-policy',
    [
      "default-src 'none'",
      `style-src ${stylesheet === undefined ? ownStylesheetSource : "'self'"}`,
      'img-src data:',
      ...(script === undefined ? [] : ["script-src 'self'", "connect-src 'self'"]),
      `form-action ${["'self'", ...formTargets].join(' ')}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  );
  c.header('x-content-type-options', 'nosniff');
  // With `no-referrer`, browsers send forms with `Origin: null`, which refuseForeignPages() refuses.
  c.header('referrer-policy', 'same-origin');
  c.header('cache-control', 'private, no-store');
  c.header('vary', 'Cookie', { append: true });
  return c.html(
    html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
    ${stylesheet === undefined ? ownStyle : html`<link rel="stylesheet" href="${linkFrom(path, stylesheet)}">`}
    ${script !== undefined && html`<script type="module" src="${linkFrom(path, script)}">${endOfScript}`}
  </head>
  <body>
    ${body}
  </body>
</html>
`,
    status as ContentfulStatusCode,
  );
}

/** Returns a relative link between two paths. It also works behind a proxy that adds a prefix, but not one that adds a slash. */
export function linkFrom(path: string, target: string): string {
  return '../'.repeat(path.split('/').length - 2) + target.slice(1);
}

const gate =
  'M2 5.5c9 3 19 3 28 0l-1.2 4.6c-8.2 2-17.4 2-25.6 0zM6 15h20v3H6zM8.5 11h3l-.8 17h-3zM20.5 11h3l.8 17h-3zM14.7 11.5h2.6V15h-2.6z';

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#d0402b" d="${gate}"/></svg>`;

export const logo: Html = html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true"><path d="${gate}" /></svg>`;

export function card(content: Html, look = ''): Html {
  return html`<main class="card ${look}">
      ${logo}
      ${content}
      <p class="footnote">Torii emulator. For development and tests only.</p>
    </main>`;
}

export function answerProblemPage(c: Context, problem: Problem, path: string): Response | Promise<Response> {
  return answerPage(c, problem.status, {
    title: 'That did not work',
    path,
    body: card(html`
      <h1>That did not work</h1>
      <p role="alert" class="alert">${problem.message}</p>
    `),
  });
}
