// A path between two songs, and alchemy: more of these, less of those.

import { get, post } from "./api.js";
import { failed, h, playButtons, toast } from "./dom.js";
import { idsOf, picker } from "./picker.js";
import { addAll, playAll } from "./queue.js";
import { songList } from "./songs.js";
import { countOf, named } from "./words.js";

export async function path(box, [from, to]) {
  const start = picker("From"), end = picker("To"), more = picker("More of", true), less = picker("Less of", true);
  const count = knob(named("Songs"), named("How many songs"), { min: "3", max: "20", value: "8" }, (value) => value);
  const variance = knob("Chance", "How much chance", { min: "0", max: "100", value: "0" }, (value) => `${value} %`);
  const list = h("div", {}), mixed = h("div", {});
  async function walk() {
    if (!start.songs.length || !end.songs.length) return list.replaceChildren(h("p", { class: "lead" }, "Choose both ends."));
    const asked = { start: start.songs[0].id, end: end.songs[0].id, songs: count.input.value, variance: variance.input.value / 100, seed: Math.floor(Math.random() * 1e6) };
    show((await get("/path", asked)).songs, (song) => (song.likeness < 1 ? `Likeness to the one before: ${song.likeness.toFixed(2)}` : "The start"));
  }
  async function mix() {
    if (!more.songs.length) return mixed.replaceChildren(h("p", { class: "lead" }, "Choose a song to have more of."));
    show((await post("/alchemy", { more: idsOf(more), less: idsOf(less) })).songs, undefined, mixed);
  }
  function show(songs, note, place = list) {
    place.replaceChildren(playButtons(songs,
      h("button", { class: "main", type: "button", onclick: () => playAll(songs) }, "Play all"),
      h("button", { type: "button", onclick: () => { addAll(songs); toast(`In the queue: ${countOf(songs)}`); } }, "Add to the queue")), songList(songs, { note }));
    document.dispatchEvent(new Event("opinions"));
  }
  for (const [place, id] of [[start, from], [end, to]]) if (id) place.choose(await get(`/songs/${id}`));
  box.append(h("h1", {}, named("From song to song")), h("p", { class: "lead" }, named("Each step is near to the last, each artist comes once, and it ends where you say.")),
    h("div", { class: "pick" }, start.box, end.box),
    h("div", { class: "row" }, count.box, variance.box,
      h("button", { class: "main", type: "button", onclick: () => walk().catch(failed) }, "Find the path")),
    list, h("h2", {}, "Alchemy"), h("p", { class: "lead" }, named("More songs like some, and none like others: choose as many as you want.")),
    h("div", { class: "pick" }, more.box, less.box),
    h("button", { type: "button", onclick: () => mix().catch(failed) }, "Mix"), mixed);
  if (from && to) await walk();
}

// A slider that says what it stands at.
function knob(name, label, values, shown) {
  const input = h("input", { type: "range", "aria-label": label, ...values });
  const now = h("output", {}, shown(values.value));
  input.addEventListener("input", () => { now.textContent = shown(input.value); });
  return { input, box: h("label", { class: "knob" }, name, input, now) };
}
