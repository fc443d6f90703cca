// All songs, one song with what is near it, an artist, and what a search found.

import { coverOf, get } from "./api.js";
import { failed, h, playButtons, put } from "./dom.js";
import { radio } from "./player.js";
import { playAll } from "./queue.js";
import { acts, byline, songList } from "./songs.js";
import { named } from "./words.js";

const PAGE = 50;
const ARTISTS = 300;

export async function songs(box, _, status) {
  const list = h("div", {});
  const more = h("button", { type: "button" }, named("More songs"));
  let cursor = 0;
  async function fill() {
    const found = await get("/songs", { cursor, limit: PAGE });
    list.append(songList(found.songs));
    cursor = found.next;
    more.hidden = cursor === null;
    document.dispatchEvent(new Event("opinions"));
  }
  more.addEventListener("click", () => fill().catch(failed));
  await fill();
  put(box, h("h1", {}, named("Songs")), artistsOf(status.artists), list, more);
}

// Asked for when they are looked at, a page at a time.
function artistsOf(count) {
  const names = h("div", { class: "chips" }), more = h("button", { type: "button" }, named("More artists"));
  const box = h("details", {}, h("summary", {}, named(`${count.toLocaleString()} artists`)), names, more);
  let cursor = "";
  async function fill() {
    const { artists, next } = await get("/artists", { cursor, limit: ARTISTS });
    names.append(...artists.map(({ name, songs: count }) => h("a", { href: `#/artist/${encodeURIComponent(name)}` }, `${name} (${count})`)));
    cursor = next;
    more.hidden = next === null;
  }
  more.addEventListener("click", () => fill().catch(failed));
  box.addEventListener("toggle", () => { if (box.open && !names.firstChild) fill().catch(failed); });
  return box;
}

export async function song(box, [id]) {
  const [one, near, lyrics] = await Promise.all([get(`/songs/${id}`), get(`/songs/${id}/similar`, { top: 12 }).catch(() => ({ songs: [] })), get(`/songs/${id}/lyrics`)]);
  put(box, 
    h("div", { class: "row" }, h("img", { src: coverOf(one), alt: "", width: 140, height: 140, class: "large" }),
      h("div", { class: "words grow" }, h("h1", {}, one.title), h("div", { class: "by" }, byline(one), one.genre ? ` · ${one.genre}` : ""),
        h("div", { class: "row" }, playButtons([one], h("button", { class: "main", type: "button", onclick: () => playAll([one]) }, "Play"),
          h("button", { type: "button", onclick: () => radio({ songs: [one.id], first: one }, one.title) }, "Radio")), acts(one)))),
    h("h2", {}, named("Songs like this")),
    near.songs.length ? songList(near.songs, { note: whyNear }) : h("p", { class: "lead" }, named("Nothing is known of its sound yet.")),
    lyrics.lines.length ? h("details", {}, h("summary", {}, "Lyrics"), lyrics.lines.map((line) => h("p", { class: "by" }, line))) : null);
}

const NAMES = { sound: "sound", words: "words", network: "listeners" };
const whyNear = (near) => "Alike by " + Object.entries(near.by).filter(([, value]) => value > 0).sort((a, b) => b[1] - a[1])
  .map(([name, value]) => `${named(NAMES[name])} ${value.toFixed(2)}`).join(", ") + (near.same.length ? `; the same ${named(near.same.join(", "))}` : "");

export async function artist(box, [name]) {
  const [own, near] = await Promise.all([get("/songs", { artist: name, limit: 200 }), get("/artists/similar", { name, top: 8 })]);
  put(box, h("h1", {}, name),
    playButtons(own.songs, h("button", { class: "main", type: "button", onclick: () => playAll(own.songs) }, "Play all"),
      h("button", { type: "button", onclick: () => radio({ artist: name }, name) }, "Radio")),
    songList(own.songs), h("h2", {}, named("Artists like this")),
    h("div", { class: "chips" }, near.artists.map((one) => h("a", { href: `#/artist/${encodeURIComponent(one.name)}` }, one.name))));
}

export async function found(box, [words]) {
  const { songs: hits } = await get("/search", { q: words });
  document.getElementById("q").value = words;
  put(box, h("h1", {}, `“${words}”`),
    hits.length ? playButtons(hits,
      h("button", { class: "main", type: "button", onclick: () => playAll(hits) }, "Play all"),
      h("button", { type: "button", onclick: () => radio({ words }, words) }, "Radio")) : null,
    hits.length ? songList(hits, { note: (song) => (song.words.length ? `By ${song.words.join(", ")}` : "") })
      : h("p", { class: "lead" }, "Nothing fits. Moods (sad, calm, 欢快), tempo (fast, slow), languages, genres, titles and artists can be asked for."));
}
