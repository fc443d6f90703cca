// For you: the listener's lists, what to leave out as chips, and a list that follows what they say.

import { get, post } from "./api.js";
import { failed, h, toast } from "./dom.js";
import { user } from "./listener.js";
import { radio } from "./player.js";
import { addAll, playAll } from "./queue.js";
import { songList } from "./songs.js";
import { together } from "./together.js";
import { countOf, named } from "./words.js";

const LISTS = [
  ["new", "New songs", "Songs that you have not played yet."],
  ["known", "Known artists", "What you have not played of those you play."],
  ["deep", "Deep cuts", "Songs that few people play, and you might."],
];
// What was chosen stays chosen while one walks about.
const chosen = { which: "new", genres: {}, folders: {}, lengths: "", years: "", not_lately: false, owned: false, hasAll: false, others: new Set() };
const MOST = 300;
const LENGTHS = { "Under 3 minutes": [0, 180], "3 to 6 minutes": [180, 360], "Over 6 minutes": [360, 1e6] };

export async function forYou(box, _, status) {
  const [{ genres }, { folders }] = await Promise.all([get("/genres"), get("/folders")]);
  const list = h("div", {});
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Show only, leave out" });
  const lists = h("div", { class: "chips", role: "group", "aria-label": "Which list" });
  const lead = h("p", { class: "lead" });
  const title = h("h1");
  let songs = [];
  const buttons = h("div", { class: "row" },
    h("button", { class: "main", type: "button", onclick: () => playAll(songs) }, "Play all"),
    h("button", { type: "button", onclick: () => { addAll(songs); toast(`In the queue: ${countOf(songs)}`); } }, "Add to the queue"),
    h("button", { type: "button", onclick: () => radio({ songs: songs.slice(0, 5).map((song) => song.id) }, "your list") }, "Radio"));

  async function fill() {
    chosen.others.delete(user());
    title.textContent = `For ${[user() === "me" ? "you" : user(), ...chosen.others].join(", ")}`;
    const years = YEARS[chosen.years];
    const asked = { user: user(), which: chosen.which, top: 20, not_lately: chosen.not_lately, owned: chosen.owned,
      together_with: [...chosen.others], genres: said(chosen.genres, "Only"), without_genres: said(chosen.genres, "No"),
      folders: said(chosen.folders, "Only").map(Number), without_folders: said(chosen.folders, "No").map(Number) };
    if (chosen.lengths) asked.seconds = LENGTHS[chosen.lengths];
    if (years) asked.years = years;
    const found = await post("/recommend", asked);
    // Where nobody has played anything yet, every song is new: no need to say so of each.
    songs = found.songs.map((song) => ({ ...song, cold: song.cold && status.listens > 0 }));
    buttons.hidden = !songs.some((song) => song.sounds !== false);
    list.replaceChildren(songs.length ? songList(songs) : nothingYet(found.note, status));
    document.dispatchEvent(new Event("opinions"));
  }
  const again = () => { drawChips(); fill().catch(failed); };
  function drawChips() {
    const focus = document.activeElement?.dataset?.chip;
    lead.textContent = named(LISTS.find(([which]) => which === chosen.which)[2]);
    lists.replaceChildren(...LISTS.map(([which, name]) => chip(named(name), chosen.which === which, () => { chosen.which = which; again(); })));
    chips.replaceChildren(
      ...genres.slice(0, chosen.hasAll ? MOST : 8).map(({ name }) => turning(name, chosen.genres, name, again)),
      ...(folders.length > 1 ? folders.slice(0, chosen.hasAll ? MOST : 6) : []).map(({ name, song }) => turning(`folder ${name}`, chosen.folders, song, again)),
      ...(songs.some((song) => song.seconds) ? Object.keys(LENGTHS) : []).map((name) => chip(name, chosen.lengths === name, () => { chosen.lengths = chosen.lengths === name ? "" : name; again(); })),
      ...Object.keys(YEARS).map((name) => chip(name, chosen.years === name, () => { chosen.years = chosen.years === name ? "" : name; again(); })),
      genres.length > 8 || folders.length > 6 ? chip("All genres and folders", chosen.hasAll, () => { chosen.hasAll = !chosen.hasAll; drawChips(); }) : "",
      chip("Not played lately", chosen.not_lately, () => { chosen.not_lately = !chosen.not_lately; again(); }),
      chip("Known songs too", chosen.owned, () => { chosen.owned = !chosen.owned; again(); }));
    if (focus) document.querySelector(`[data-chip="${CSS.escape(focus)}"]`)?.focus();
  }
  await fill();
  drawChips();
  box.append(
    title, lists, lead, buttons, h("details", {}, h("summary", {}, "Show only, leave out"),
      h("p", { class: "lead" }, "Press a genre or a folder once to see only that, twice to see none of it."), chips),
    await together(chosen.others, again) ?? "", list, alike());
  document.addEventListener("said", again);
  return () => document.removeEventListener("said", again);
}

const YEARS = { "Before 1990": [0, 1989], "1990s": [1990, 1999], "2000s": [2000, 2009], "Since 2010": [2010, 2999] };

const chip = (name, isOn, onclick) =>
  h("button", { class: "chip", type: "button", "aria-pressed": String(isOn), "data-chip": name, onclick }, name);

// A chip that turns from no word to "Only", to "No", and back.
const TURNS = { "": "Only", Only: "No", No: "" };
const said = (words, word) => Object.keys(words).filter((key) => words[key] === word);
function turning(name, words, key, again) {
  const word = words[key] ?? "";
  const button = chip(word ? `${word} ${name}` : name, word !== "", () => { words[key] = TURNS[word]; again(); });
  button.dataset.chip = name;
  return button;
}

function alike() {
  const names = h("div", {});
  const box = h("details", {}, h("summary", {}, named("Listeners like you")), names);
  box.addEventListener("toggle", async () => {
    if (!box.open || names.firstChild) return;
    const { users } = await get("/users/similar", { user: user() }).catch(() => ({ users: [] }));
    names.replaceChildren(users.length ? h("ul", { class: "cards" }, users.map((one) => h("li", {}, h("b", {}, one.name),
      h("span", {}, named(`${one.common} songs in common`)),
      h("button", { class: "text", type: "button", onclick: () => radio({ user: one.name }, one.name) }, "Radio of what they play"))))
      : h("p", { class: "lead" }, named("Nobody plays the same songs yet.")));
  });
  return box;
}

function nothingYet(note, status) {
  const box = h("div", { class: "card" }, h("h2", {}, note),
    h("p", {}, named("Here are songs from all over the library. Press the heart of those that you like: your list begins at once.")));
  starters().then((songs) => box.append(songList(songs))).catch(failed);
  if (status.is_demo && status.users) box.append(h("p", { class: "lead" }, "Or look at the lists of the demo's listeners: choose one at the top, at the right."));
  if (!status.users) box.append(h("p", {}, "Do you have listens elsewhere? In a terminal:"), h("pre", {}, `${status.command} import auto FILE --user NAME`));
  return box;
}

async function starters() {
  const { regions } = await get("/map");
  const ids = regions.slice(0, 10).map((region) => region.songs[0]);
  return Promise.all(ids.map((id) => get(`/songs/${id}`)));
}
