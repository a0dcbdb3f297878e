"use strict";

const SCHEME = "token";

const ui = SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "/v2/openapi.json",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Tokens stay in this page: nothing is stored.
  persistAuthorization: false,
  // The default asks a host outside.
  validatorUrl: null,
  // Whoever logs in is written into the document, so it has to be there.
  onComplete: () => {
    document.getElementById("submit").disabled = false;
  },
});

function show(text, kind) {
  const outcome = document.getElementById("outcome");
  outcome.textContent = text;
  outcome.className = kind;
}

/** The SHA-1 of `username:password` in hexadecimal, the user's name in lower case. */
async function credentialsOf(username, password) {
  const text = new TextEncoder().encode(`${username.toLowerCase()}:${password}`);
  const digest = await crypto.subtle.digest("SHA-1", text);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function logIn(data) {
  const reply = await fetch("/v2/user_auth", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ data }),
  });
  return { status: reply.status, envelope: await reply.json() };
}

/** Put the account into every operation's form, in the place of the example's. */
function fillIn(accountId) {
  const document = ui.specSelectors.specJson().toJS();
  document.components.parameters.AccountId.example = accountId;
  ui.specActions.updateJsonSpec(document);
}

async function onSubmit(event) {
  event.preventDefault();
  if (!crypto.subtle) {
    show("Browsers hash passwords only over https, or on 127.0.0.1.", "bad");
    return;
  }
  show("Logging in…", "");
  const value = (id) => document.getElementById(id).value;
  const account = value("account").trim();
  const credentials = await credentialsOf(value("username").trim(), value("password"));
  let reply = await logIn({ credentials, method: "sha", account_name: account });
  if (reply.status === 401 && account.includes(".")) {
    reply = await logIn({ credentials, method: "sha", account_realm: account });
  }
  if (reply.status !== 201) {
    show(`${reply.status}: ${reply.envelope.message}`, "bad");
    return;
  }
  fillIn(reply.envelope.data.account_id);
  ui.preauthorizeApiKey(SCHEME, reply.envelope.auth_token);
  document.getElementById("password").value = "";
  show(`Logged in to account ${reply.envelope.data.account_id}`, "good");
}

document.getElementById("login").addEventListener("submit", (event) => {
  onSubmit(event).catch((error) => show(String(error), "bad"));
});
