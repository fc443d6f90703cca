// Is the library well, what to do next, and jobs with their progress as it comes.

import { eventsOf, get, post, put } from "./api.js";
import { failed, h, toast } from "./dom.js";
import { figures } from "./figures.js";
import { user } from "./listener.js";
import { songList } from "./songs.js";
import { table } from "./table.js";
import { hasItems, named } from "./words.js";

const JOBS = [["extract", "Look at the music again"], ["train", "Train on what is played"], ["evaluate", "Measure how good the lists are"]];
const LISTED = 100;

export async function library(box, _, status) {
  const [counts, measured, { jobs }] = await Promise.all([get("/library"), get("/evaluation"), get("/jobs")]);
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
    h("div", { class: "card" }, h("h2", {}, "What to do next"), ...next(status),
      h("div", { class: "row" }, JOBS.filter(([kind]) => kind !== "extract" || !hasItems()).map(([kind, name]) => h("button", { type: "button", onclick: () => begin(kind), disabled: !status.songs || (kind !== "extract" && !status.users) }, named(name)))),
      place),
    h("h2", {}, "How good the lists are"), ...figures(measured),
    ...(hasItems() ? [] : [h("h2", {}, "How well it is"), ...ailments(counts)]),
    h("h2", {}, "Models"), Object.keys(status.models).length
      ? table(["Model", "Version"], Object.entries(status.models).map(([name, version]) => [name, String(version)]))
      : h("p", { class: "lead" }, "None is trained yet."),
    hasItems() ? "" : players());
  return () => source?.close();
}

const files = (songs) => songList(songs, { note: (song) => song.file });
// Each with one of them, what is said of some and of none, and how a list of them is shown.
const AILMENTS = [
  ["broken", "file", "could not be read whole", "Every file was read whole.", (found) => table(["File", "State", "Why"], found.map((one) => [one.file, one.status, one.reason]))],
  ["duplicates", "recording", "there more than once", "No recording is there twice.", (found) => found.map(files)],
  ["untagged", "song", "without an artist in the tags", "Every song names its artist.", (found) => songList(found)],
  ["without_lyrics", "song", "without lyrics", "Every song has lyrics.", (found) => songList(found)],
];

function ailments(counts) {
  const good = AILMENTS.filter(([kind]) => !counts[kind]).map(([, , , none]) => none);
  return [good.length ? h("p", { class: "lead" }, good.join(" ")) : "",
    ...AILMENTS.filter(([kind]) => counts[kind]).map(([kind, unit, what, , shown]) =>
      unfolding(`${counts[kind].toLocaleString()} ${unit}${counts[kind] > 1 ? "s" : ""} ${what}`, kind, shown))];
}

// What is inside is asked for when it is opened, and more of it when more is wanted.
function unfolding(name, kind, shown) {
  let cursor = 0;
  const more = h("button", { type: "button" }, "More of them");
  const box = h("details", {}, h("summary", {}, name), more);
  async function fill() {
    const { found, next: rest } = await get(`/library/${kind}`, { cursor, limit: LISTED });
    more.before(...[shown(found)].flat());
    cursor = rest;
    more.hidden = rest === null;
  }
  more.addEventListener("click", () => fill().catch(failed));
  box.addEventListener("toggle", () => { if (box.open && cursor === 0) fill().catch(failed); });
  return box;
}

function next(status) {
  if (status.due.length) return [h("p", {}, status.can_recommend ? "Train: this is not learnt yet, or of something that has changed since." : "Train: the lists then come from everything that is known."),
    h("ul", {}, status.due.map((step) => h("li", {}, h("b", {}, step.model), named(`: ${step.does} (${step.reason})`))))];
  if (status.can_recommend) return [h("p", {}, "All is trained, and nothing has changed since.")];
  return [h("p", {}, "In a terminal:"), h("pre", {}, status.next.replace("audiorec", status.command))];
}

function players() {
  const password = h("input", { type: "password", autocomplete: "new-password", maxlength: "200", required: true });
  const form = h("form", { class: "row" }, h("label", {}, `A password for ${user()} in players`, password), h("button", {}, "Set"));
  const key = h("p", { role: "status" });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    put("/users/password", { user: user(), password: password.value }).then((kept) => {
      key.textContent = `Players that ask for an API key take this one: ${kept.key}`;
      password.value = "";
      toast("The password is set");
    }, failed);
  });
  return h("div", { class: "card" }, h("h2", {}, "Music players"),
    h("p", {}, "Any Subsonic player works with this server: give it the address below, and a listener's name as the user. What you play, star and rate there counts here."),
    h("pre", {}, location.origin),
    h("p", {}, "On this machine no password is needed. From another device a listener without a password of their own uses the server's token."), form, key);
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
    // One step of unknown length moves without an end.
    if (now.steps > 1) bar.value = now.step;
    else bar.removeAttribute("value");
    words.textContent = now.state === "running" ? `${taskOf(now)}: step ${now.step + 1} of ${now.steps}, ${STEPS[now.doing] ?? now.doing}` : `${taskOf(now)}: ${now.state}`;
    stop.hidden = bar.hidden = latest.hidden = now.state !== "running";
    said.open ||= now.kind === "evaluate" || now.state === "failed"; // there its lines are the answer
    if (now.state !== "running") source.close();
  });
  return source;
}
