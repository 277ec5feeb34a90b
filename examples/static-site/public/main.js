const { issuer, api } = await (await fetch('config.json')).json();
// Torii's own, since this page has no bundler: with one, import it from @torii/emulator/browser.
const { createSession } = await import(`${issuer}/_torii/browser/session.js`);

const session = createSession({ issuer });

// What nobody else has handled, such as an issuer that cannot be reached.
addEventListener('unhandledrejection', ({ reason }) => {
  element('status').textContent = reason.message;
});

showSession();
onPress('sign-in', () => session.signIn());
onPress('sign-out', async () => {
  await session.signOut();
  await showSession();
});
onPress('call-with', async () => show(await callApi(await session.getToken())));
onPress('call-without', async () => show(await callApi(null)));

async function showSession() {
  const token = await session.getToken();
  const signedIn = token !== null;
  element('status').textContent = signedIn ? 'You are signed in.' : 'You are signed out.';
  element('sign-in').hidden = signedIn;
  element('sign-out').hidden = !signedIn;
}

function callApi(token) {
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

/** Buttons wait, disabled, until there is something behind them. */
function onPress(id, act) {
  element(id).addEventListener('click', act);
  element(id).disabled = false;
}

function element(id) {
  return document.getElementById(id);
}
