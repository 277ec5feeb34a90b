import type { WebhookSession, WebhookUser } from '@torii/core/webhooks';
import { expectTypeOf, test } from 'vitest';
import type { Session, User } from '../src/index.ts';

test('the client and webhooks have the same user type', () => {
  expectTypeOf<keyof WebhookUser>().toEqualTypeOf<keyof User>();
  expectTypeOf<User>().toExtend<WebhookUser>();
  expectTypeOf<WebhookUser>().toExtend<User>();
});

test('the client and webhooks have the same session type', () => {
  expectTypeOf<keyof WebhookSession>().toEqualTypeOf<keyof Session>();
  expectTypeOf<Session>().toExtend<WebhookSession>();
  expectTypeOf<WebhookSession>().toExtend<Session>();
});
