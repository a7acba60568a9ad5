/** The sign-in page. */

import { Api, Problem, safeNext } from "../base/api.js";
import { byId } from "../base/dom.js";
import { I18n } from "../base/i18n.js";
import { placeIcons } from "../widgets/topbar.js";

const i18n = new I18n();
const api = new Api(() => {});
const form = /** @type {HTMLFormElement} */ (byId("sign-in"));
const message = byId("message");
/** @type {Problem | null} */
let refusal = null;

placeIcons();
i18n.follow(showRefusal);
byId("language").addEventListener("click", () => i18n.use(i18n.language === "zh" ? "en" : "zh"));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  signIn();
});

async function signIn() {
  const fields = new FormData(form);
  const button = /** @type {HTMLButtonElement} */ (byId("submit"));
  button.disabled = true;
  refusal = null;
  try {
    await api.post("/login", { username: fields.get("username"), password: fields.get("password") });
    location.assign(safeNext(new URLSearchParams(location.search).get("next")));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    refusal = error;
    /** @type {HTMLInputElement} */ (byId("password")).select();
  } finally {
    button.disabled = false;
    showRefusal();
  }
}

function showRefusal() {
  message.hidden = refusal === null;
  if (refusal === null) return;
  const { title, detail } = i18n.problem(refusal);
  message.textContent = refusal.status === 401 ? i18n.t("login.refused") : detail || title;
}
