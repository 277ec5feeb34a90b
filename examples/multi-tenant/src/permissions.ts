import type { PermissionDocument } from '@torii/authz';

/** The permissions of each role, the same for every company. Your app can also load them from Redis or a database. */
export const permissions: PermissionDocument = {
  last_update: 1640995200,
  permissions: {
    'org:reader': ['me:get', 'invoices:get', '%r{invoices/\\d+}:get'],
    'org:clerk': ['me:get', 'invoices:get', 'invoices:post', '%r{invoices/\\d+}:*'],
    'org:administrator': ['/*:*'],
  },
};
