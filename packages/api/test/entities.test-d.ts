import type { WebhookSession, WebhookUser } from '@torii/core/webhooks';
import { expectTypeOf, test } from 'vitest';
import type { Session, User } from '../src/index.ts';

test('a user is the same to the client and to webhooks', () => {
  expectTypeOf<keyof WebhookUser>().toEqualTypeOf<keyof User>();
  expectTypeOf<User>().toExtend<WebhookUser>();
  expectTypeOf<WebhookUser>().toExtend<User>();
});

test('a session is the same to the client and to webhooks', () => {
  expectTypeOf<keyof WebhookSession>().toEqualTypeOf<keyof Session>();
  expectTypeOf<Session>().toExtend<WebhookSession>();
  expectTypeOf<WebhookSession>().toExtend<Session>();
});
