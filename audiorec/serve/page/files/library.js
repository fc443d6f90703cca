// Is the library well, what to do next, and jobs with their progress as it comes.

import { eventsOf, get, post } from "./api.js";
import { failed, h } from "./dom.js";
import { songList } from "./songs.js";

const JOBS = [["extract", "Look at the music again"], ["train", "Train on what is played"], ["evaluate", "Measure how good the lists are"]];

export async function library(box, _, status) {
  const [health, { jobs }] = await Promise.all([get("/library"), get("/jobs")]);
  const place = h("div", {});
  let source = null;
  const follow = (job) => { source?.close(); source = watch(place, job); };
  const begin = (kind) => post("/jobs", { kind }).then(follow, failed);
  if (jobs.length) follow(jobs[0]);
  box.append(
    h("h1", {}, "Library"),
    h("ul", { class: "cards" }, [["Songs", status.songs], ["Artists", status.artists], ["Listeners", status.users], ["Listens", status.listens]]
      .map(([name, value]) => h("li", {}, h("b", {}, value.toLocaleString()), h("span", {}, name)))),
    ...status.notes.map((note) => h("p", { class: "lead" }, note)),
    h("div", { class: "card" }, h("h2", {}, "What to do next"), status.can_recommend ? h("p", {}, "All is trained. Train again when much was played since.") : h("pre", {}, status.next),
      h("div", { class: "row" }, JOBS.map(([kind, name]) => h("button", { type: "button", onclick: () => begin(kind), disabled: !status.songs || (kind !== "extract" && !status.users) }, name))),
      place),
    part(`${health.broken_count} files that are not whole`, health.broken.length ? table(["File", "State", "Why"], health.broken.map((one) => [one.file, one.status, one.reason])) : null),
    part(`${health.duplicates.length} recordings that are there more than once`, health.duplicates.length ? health.duplicates.map((songs) => songList(songs)) : null),
    part(`${health.untagged_count} songs without an artist in their tags`, health.untagged.length ? songList(health.untagged) : null),
    h("p", { class: "lead" }, `${health.without_lyrics_count} songs have no lyrics.`),
    h("h2", {}, "Models"), Object.keys(status.models).length
      ? table(["Model", "Version"], Object.entries(status.models).map(([name, version]) => [name, String(version)]))
      : h("p", { class: "lead" }, "None is trained yet."),
    players());
  return () => source?.close();
}

const part = (name, inside) => (inside ? h("details", {}, h("summary", {}, name), inside) : h("p", { class: "lead" }, name));

const table = (head, rows) => h("table", {}, h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))));

function players() {
  return h("div", { class: "card" }, h("h2", {}, "Music players"),
    h("p", {}, "Any Subsonic player works with this server: give it the address below, and a listener's name as the user. What you play, star and rate there counts here."),
    h("pre", {}, location.origin));
}

export function watch(place, job) {
  const bar = h("progress", { max: job.steps, value: job.step, "aria-label": "Progress of the job" });
  const words = h("p", { role: "status" }, "");
  const lines = h("pre", { id: "lines", tabindex: "0", "aria-label": "What the job says" });
  const stop = h("button", { type: "button", onclick: () => post(`/jobs/${job.id}/stop`).catch(failed) }, "Stop");
  place.replaceChildren(words, bar, h("div", { class: "row" }, stop), h("details", {}, h("summary", {}, "What it says"), lines));
  const source = eventsOf(job);
  source.addEventListener("line", (event) => {
    lines.append(JSON.parse(event.data), "\n");
    lines.scrollTop = lines.scrollHeight;
  });
  source.addEventListener("state", (event) => {
    const now = JSON.parse(event.data);
    bar.value = now.step;
    words.textContent = now.state === "running" ? `${now.kind}: step ${now.step + 1} of ${now.steps}, ${now.doing}` : `${now.kind}: ${now.state}`;
    stop.hidden = now.state !== "running";
    if (now.state !== "running") {
      source.close();
      document.dispatchEvent(new CustomEvent("job-ended", { detail: now }));
    }
  });
  return source;
}
