/** The daemon's HTTP interface. */

const BASE = "/api/v1";
const CHECK_EVERY_MS = 5000;
/** An answer must be there after so long: on a dead connection browsers wait for minutes. */
const MOST_WAITING_MS = 30_000;
/** Whoever works at a wall or steers a camera waits no longer than this before he is told. */
const MOST_WORKING_MS = 10_000;

/** Thrown when a call fails: an RFC 9457 problem document, or status 0 when nothing answered. */
export class Problem extends Error {
  /** @param {number} status @param {{title?: string, detail?: string, detail_zh?: string}} document */
  constructor(status, document) {
    super(document.detail || document.title || `status ${status}`);
    this.name = "Problem";
    this.status = status;
    this.title = document.title ?? "";
    this.detail = document.detail ?? "";
    this.detailZh = document.detail_zh ?? "";
  }
}

export class Api {
  /**
   * @param {() => void} onSignedOut called when the daemon no longer knows the session
   * @param {string} token of whoever has no session here
   */
  constructor(onSignedOut = toSignIn, token = "") {
    this.onSignedOut = onSignedOut;
    this.token = token;
    this.checkedAtMs = -Infinity;
  }

  /**
   * Leads to the sign-in page if that is why a WebSocket was refused, which the browser does not say.
   * It may be called at every failure, and asks once in a while.
   */
  async checkSession() {
    const nowMs = performance.now();
    if (nowMs - this.checkedAtMs < CHECK_EVERY_MS) return;
    this.checkedAtMs = nowMs;
    await this.get("/session").catch((error) => console.warn("no session", error));
  }

  /** @param {string} path below `/api/v1` @param {AbortSignal} [signal] @returns {Promise<any>} */
  get(path, signal) {
    return this.call("GET", path, { signal });
  }

  /** @param {string} path @returns {Promise<any[]>} the items of a list */
  async list(path) {
    return (await this.call("GET", path)).items;
  }

  /** @param {string} path @param {object} [body] @param {AbortSignal} [signal] @returns {Promise<any>} */
  post(path, body, signal) {
    return this.call("POST", path, { body, signal });
  }

  /** @param {string} path @param {object} body what is to change; the rest stays @returns {Promise<any>} */
  patch(path, body) {
    return this.call("PATCH", path, { body });
  }

  /** @param {string} path */
  remove(path) {
    return this.call("DELETE", path);
  }

  /**
   * @param {string} method PUT, POST or DELETE
   * @param {string} path
   * @param {object | undefined} body
   * @param {number} revision the change is refused with status 412 when this is not the newest
   * @param {AbortSignal} [signal]
   * @returns {Promise<any>}
   */
  change(method, path, body, revision, signal) {
    return this.call(method, path, { body, headers: { "If-Match": `"${revision}"` }, signal });
  }

  /** Sends a file, for as long as that takes. @param {string} path @param {Blob} file @returns {Promise<any>} */
  upload(path, file) {
    return this.send("PUT", path, file, new Headers({ Accept: "application/json", "Content-Type": file.type }));
  }

  /**
   * Calls the daemon and returns the JSON of its answer, or `null` when it has none.
   * @param {string} method
   * @param {string} path
   * @param {{body?: object, headers?: Record<string, string>, signal?: AbortSignal}} [options] `signal`: when to
   *   give up waiting, if not after {@link MOST_WAITING_MS}
   * @throws {Problem}
   */
  call(method, path, { body, headers = {}, signal = AbortSignal.timeout(MOST_WAITING_MS) } = {}) {
    const all = new Headers({ Accept: "application/json", ...headers });
    if (body !== undefined) all.set("Content-Type", "application/json");
    return this.send(method, path, body === undefined ? null : JSON.stringify(body), all, signal);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string | Blob | null} body
   * @param {Headers} headers
   * @param {AbortSignal | null} [signal]
   * @throws {Problem}
   */
  async send(method, path, body, headers, signal = null) {
    if (this.token !== "") headers.set("Authorization", `Bearer ${this.token}`);
    const response = await fetch(BASE + path, { method, headers, body, signal }).catch(unanswered);
    if (response.ok) return response.status === 204 ? null : response.json().catch(unanswered);
    const problem = new Problem(response.status, await response.json().catch(() => ({})));
    if (problem.status === 401 && path !== "/login") this.onSignedOut();
    throw problem;
  }
}

/** Returns how long somebody waits who works at a wall or steers a camera, from now on. */
export function patience() {
  return AbortSignal.timeout(MOST_WORKING_MS);
}

/** @param {Error} error why an answer did not come, or was cut off @returns {never} @throws {Problem} */
export function unanswered(error) {
  throw new Problem(0, { detail: String(error.message ?? error) });
}

/**
 * Returns the address of a WebSocket of the daemon.
 * @param {string} path below `/api/v1`
 */
export function socketUrl(path) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${BASE}${path}`;
}

/** Leaves for the sign-in page, which comes back here. */
function toSignIn() {
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/**
 * Returns where to go after signing in: `next` when it is a path of this site, else the operator page.
 * @param {string | null} next
 * @param {string} origin
 */
export function safeNext(next, origin = location.origin) {
  if (!next?.startsWith("/")) return "/";
  const url = new URL(next, origin);
  return url.origin === origin ? url.pathname + url.search : "/";
}
