import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Next's setting of PostCSS is for Next alone.
  css: { postcss: {} },
  test: { include: ['test/**/*.test.{js,ts}'] },
});
