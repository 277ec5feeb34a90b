const { issuer, api } = await (await fetch('config.json')).json();
// Loaded from the issuer, because this page has no bundler. With a bundler, import it from @torii/emulator/browser.
const { createSession } = await import(`${issuer}/_torii/browser/session.js`);

const session = createSession({ issuer });

// Shows every error that is not handled elsewhere, such as an unreachable issuer.
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

/** Shows a response. The page can also read refusals and their challenge, because the API allows this origin (CORS). */
async function show(response) {
  const challenge = response.headers.get('www-authenticate');
  element('answer').textContent = [
    `${response.status} ${response.statusText}`,
    ...(challenge === null ? [] : [`WWW-Authenticate: ${challenge}`]),
    '',
    JSON.stringify(await response.json(), null, 2),
  ].join('\n');
}

/** Enables a button, which is disabled until its handler is ready. */
function onPress(id, act) {
  element(id).addEventListener('click', act);
  element(id).disabled = false;
}

function element(id) {
  return document.getElementById(id);
}
