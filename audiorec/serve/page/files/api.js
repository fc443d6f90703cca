// Questions to the server: JSON in, JSON out; what goes wrong comes as one sentence.

const BASE = "/api/v1";

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

async function ask(method, path, body) {
  for (let tries = 0; ; tries++) {
    let answer;
    try {
      answer = await fetch(BASE + path, {
        method,
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new Problem(0, "The server does not answer. Is audiorec serve running?");
    }
    if (answer.status === 204) return null;
    const found = await answer.json().catch(() => ({ detail: "The answer cannot be read." }));
    if (answer.ok) return found;
    if (answer.status === 401 && path !== "/session") document.dispatchEvent(new Event("sign-in"));
    // While the library is being opened the server says so: wait a little, for half a minute at most.
    if (answer.status === 503 && tries < 30) {
      await new Promise((done) => setTimeout(done, 1000));
      continue;
    }
    const said = found.detail || "This did not work.";
    throw new Problem(answer.status, said[0].toUpperCase() + said.slice(1));
  }
}

const query = (values) => {
  const given = Object.entries(values ?? {}).filter(([, v]) => v !== undefined && v !== "");
  const text = new URLSearchParams(given.flatMap(([name, v]) => [v].flat().map((one) => [name, one]))).toString();
  return text ? "?" + text : "";
};

export const get = (path, values) => ask("GET", path + query(values));
// Songs by their ids in the order given; songs that are gone are left out.
const AT_ONCE = 200;
export async function songsOf(ids) {
  const parts = [];
  for (let n = 0; n < ids.length; n += AT_ONCE) parts.push((await get("/songs", { ids: ids.slice(n, n + AT_ONCE) })).songs);
  return parts.flat();
}
export const post = (path, body) => ask("POST", path, body ?? {});
export const put = (path, body) => ask("PUT", path, body);
export const patch = (path, body) => ask("PATCH", path, body);
export const remove = (path) => ask("DELETE", path);
export const audioOf = (song) => `${BASE}/songs/${song.id}/audio`;
export const coverOf = (song) => `${BASE}/songs/${song.id}/cover`;
export const eventsOf = (job) => new EventSource(`${BASE}/jobs/${job.id}/events`);
