import { keepScreenshot, browserTest as test } from '../../../scripts/browser-test.ts';
import { expectFitting, phone, startBusy } from './busy-dashboard.ts';

test.for([
  ['a phone', 'light', phone],
  ['a phone', 'dark', phone],
  ['a desktop', 'light', {}],
  ['a desktop', 'dark', {}],
] as const)('every page fits %s and is accessible (%s)', async ([, colorScheme, size], { openPage }) => {
  await using busy = await startBusy();
  const page = await openPage({ ...size, colorScheme, bypassCSP: true });
  busy.torii.fail('api', { times: 3 });
  const { ada, organizationId } = busy;
  const names = ['', 'users', `users/${ada.id}`, 'organizations', `organizations/${organizationId}`, 'invitations'];
  for (const name of [...names, 'tokens', 'sessions', 'webhooks', 'requests', 'clock', 'keys']) {
    await expectFitting(page, busy, name);
  }
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText('Live').waitFor();
  await keepScreenshot(page, `dashboard-${'viewport' in size ? 'phone' : 'desktop'}-${colorScheme}`);
});
