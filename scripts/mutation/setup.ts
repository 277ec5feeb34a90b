// Skips the tests that measure time: instrumented code is many times slower.
import { beforeEach } from 'vitest';

beforeEach(({ task, skip }) => {
  if (/\blinear\b|without blocking/.test(task.name)) skip();
});
