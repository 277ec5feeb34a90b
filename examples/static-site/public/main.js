const { issuer, api } = await (await fetch('config.json')).json();
// Torii's own, since this page has no bundler: with one, import it from @torii/emulator/browser.
const { createSession } = await import(`${issuer}/_torii/browser/session.js`);

const session = createSession({ issuer });

element('sign-in').addEventListener('click', () => session.signIn());
element('sign-out').addEventListener('click', async () => {
  await session.signOut();
  await showSession();
});
element('call-with').addEventListener('click', async () => show(await callApi(await session.getToken())));
element('call-without').addEventListener('click', async () => show(await callApi(null)));
await showSession();

/** Who the API says we are decides, not the page. */
async function showSession() {
  const token = await session.getToken();
  const signedIn = token !== null;
  element('status').textContent = signedIn ? 'You are signed in.' : 'You are signed out.';
  element('sign-in').hidden = signedIn;
  element('sign-out').hidden = !signedIn;
}

async function callApi(token) {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${api}/me`, { headers });
}

/** A refusal is read like any other answer, because the API lets this origin read it. */
async function show(response) {
  const challenge = response.headers.get('www-authenticate');
  element('answer').textContent = [
    `${response.status} ${response.statusText}`,
    ...(challenge === null ? [] : [`WWW-Authenticate: ${challenge}`]),
    '',
    JSON.stringify(await response.json(), null, 2),
  ].join('\n');
}

function element(id) {
  return document.getElementById(id);
}
