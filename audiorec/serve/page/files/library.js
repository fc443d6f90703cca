// Is the library well, what to do next, and jobs with their progress as it comes.

import { eventsOf, get, post } from "./api.js";
import { failed, h } from "./dom.js";
import { songList } from "./songs.js";
import { hasItems, named } from "./words.js";

const JOBS = [["extract", "Look at the music again"], ["train", "Train on what is played"], ["evaluate", "Measure how good the lists are"]];

export async function library(box, _, status) {
  const [health, { jobs }] = await Promise.all([get("/library"), get("/jobs")]);
  const place = h("div", {});
  let source = null;
  const follow = (job) => { source?.close(); source = watch(place, job); };
  const begin = (kind) => beginJob(kind).then(follow, failed);
  if (jobs.length) follow(jobs[0]);
  box.append(
    h("h1", {}, "Library"),
    h("ul", { class: "cards" }, [["Songs", status.songs], ["Artists", status.artists], ["Listeners", status.users], ["Listens", status.listens]]
      .map(([name, value]) => h("li", {}, h("b", {}, value.toLocaleString()), h("span", {}, named(name))))),
    ...status.notes.map((note) => h("p", { class: "lead" }, named(note[0].toUpperCase() + note.slice(1)))),
    h("div", { class: "card" }, h("h2", {}, "What to do next"), next(status),
      h("div", { class: "row" }, JOBS.filter(([kind]) => kind !== "extract" || !hasItems()).map(([kind, name]) => h("button", { type: "button", onclick: () => begin(kind), disabled: !status.songs || (kind !== "extract" && !status.users) }, named(name)))),
      place),
    ...(hasItems() ? [] : [h("h2", {}, "How well it is"), ...ailments(health)]),
    h("h2", {}, "Models"), Object.keys(status.models).length
      ? table(["Model", "Version"], Object.entries(status.models).map(([name, version]) => [name, String(version)]))
      : h("p", { class: "lead" }, "None is trained yet."),
    hasItems() ? "" : players());
  return () => source?.close();
}

// Each with its count, what is said when there is none, and how the list is shown.
function ailments(health) {
  const files = (songs) => songList(songs, { note: (song) => song.file });
  const found = [
    [health.broken_count, "could not be read whole", "Every file was read whole.", () => table(["File", "State", "Why"], health.broken.map((one) => [one.file, one.status, one.reason])), "file"],
    [health.duplicates_count, "there more than once", "No recording is there twice.", () => health.duplicates.map(files), "recording"],
    [health.untagged_count, "without an artist in the tags", "Every song names its artist.", () => songList(health.untagged), "song"],
    [health.without_lyrics_count, "without lyrics", "Every song has lyrics.", () => songList(health.without_lyrics), "song"],
  ];
  const good = found.filter(([count]) => !count).map(([, , none]) => none);
  return [good.length ? h("p", { class: "lead" }, good.join(" ")) : null,
    ...found.filter(([count]) => count).map(([count, what, , inside, unit]) => unfolding(`${count.toLocaleString()} ${unit}${count > 1 ? "s" : ""} ${what}`, inside))].filter(Boolean);
}

// What is inside is made when it is opened: covers of hundreds of songs are not asked for unseen.
function unfolding(name, inside) {
  const box = h("details", {}, h("summary", {}, name));
  box.addEventListener("toggle", () => { if (box.open && box.children.length === 1) box.append(...[inside()].flat()); });
  return box;
}

function next(status) {
  if (status.next === "audiorec train") return h("p", {}, status.can_recommend ? "What was played or extracted since the last training has not been learnt yet: train." : "Train: the lists then come from everything that is known.");
  if (status.can_recommend) return h("p", {}, "All is trained, and nothing has changed since.");
  return h("div", {}, h("p", {}, "In a terminal:"), h("pre", {}, status.next.replace("audiorec", status.command)));
}

const table = (head, rows) => h("table", {}, h("thead", {}, h("tr", {}, head.map((name) => h("th", { scope: "col" }, name)))),
  h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell))))));

function players() {
  return h("div", { class: "card" }, h("h2", {}, "Music players"),
    h("p", {}, "Any Subsonic player works with this server: give it the address below, and a listener's name as the user. What you play, star and rate there counts here."),
    h("pre", {}, location.origin));
}

// A job is begun here, and the rest of the page is told.
export async function beginJob(kind) {
  const job = await post("/jobs", { kind });
  document.dispatchEvent(new CustomEvent("job-began", { detail: job }));
  return job;
}

const TASKS = { demo: "Demo library", extract: "Looking at the music", train: "Training", evaluate: "Measuring the lists" };
const STEPS = { extract: "listening to the songs", import: "reading who plays what", train: "learning", evaluate: "measuring" };
export const taskOf = (job) => TASKS[job.kind] ?? job.kind;

export function watch(place, job) {
  const bar = h("progress", { max: job.steps, value: job.step, "aria-label": "Progress of the job" });
  const words = h("p", { role: "status" }, "");
  const lines = h("pre", { id: "lines", tabindex: "0", "aria-label": "What the job says" });
  const stop = h("button", { type: "button", onclick: () => post(`/jobs/${job.id}/stop`).catch(failed) }, "Stop");
  const said = h("details", {}, h("summary", {}, "What it says"), lines);
  const latest = h("p", { class: "by", "aria-live": "off" });
  place.replaceChildren(words, bar, latest, h("div", { class: "row" }, stop), said);
  const source = eventsOf(job);
  source.addEventListener("line", (event) => {
    latest.textContent = JSON.parse(event.data);
    lines.append(latest.textContent, "\n");
    lines.scrollTop = lines.scrollHeight;
  });
  source.addEventListener("state", (event) => {
    const now = JSON.parse(event.data);
    bar.value = now.step;
    words.textContent = now.state === "running" ? `${taskOf(now)}: step ${now.step + 1} of ${now.steps}, ${STEPS[now.doing] ?? now.doing}` : `${taskOf(now)}: ${now.state}`;
    stop.hidden = bar.hidden = latest.hidden = now.state !== "running";
    said.open ||= now.kind === "evaluate" || now.state === "failed"; // there its lines are the answer
    if (now.state !== "running") source.close();
  });
  return source;
}
