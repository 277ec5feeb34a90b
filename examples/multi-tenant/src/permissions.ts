import type { PermissionDocument } from '@torii/authz';

/** Who may do what, in whichever company. In an app of your own this may be in Redis, or come from your database. */
export const permissions: PermissionDocument = {
  last_update: 1640995200,
  permissions: {
    'org:reader': ['me:get', 'invoices:get', '%r{invoices/\\d+}:get'],
    'org:clerk': ['me:get', 'invoices:get', 'invoices:post', '%r{invoices/\\d+}:*'],
    'org:administrator': ['/*:*'],
  },
};
