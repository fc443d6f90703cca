// The listener's playlists: played, renamed, extended in place with and without what is named, songs taken out, deleted.

import { get, patch, post, remove, songsOf } from "./api.js";
import { failed, h, iconButton, toast } from "./dom.js";
import { songsSaid, user } from "./listener.js";
import { idsOf, picker } from "./picker.js";
import { radio } from "./player.js";
import { playAll } from "./queue.js";
import { songList } from "./songs.js";
import { countOf, named } from "./words.js";

const SAID = { like: "Liked", dislike: "Disliked", less: "Less like these", never: "Never again" };

export async function playlists(box) {
  const { playlists: own } = await get("/playlists", { user: user() });
  box.append(h("h1", {}, "Playlists"),
    own.length
      ? h("ul", { class: "cards" }, own.map((one) => h("li", {}, h("a", { href: `#/list/${one.id}` }, one.name), h("span", {}, ` ${countOf(one.songs)}`))))
      : h("p", { class: "lead" }, named("None yet: choose “Add to a playlist” beside a song, keep the queue as one, or draw around songs on the map.")),
    h("h2", {}, "What you said"), h("ul", { class: "cards" }, Object.entries(SAID).map(([kind, name]) =>
      h("li", {}, h("a", { href: `#/said/${kind}` }, name), h("span", {}, ` ${countOf(songsSaid(kind))}`)))));
}

// What was said of songs, to look at and to take back.
export async function said(box, [kind]) {
  const songs = await songsOf(songsSaid(kind));
  box.append(h("h1", {}, SAID[kind] ?? kind),
    h("div", { class: "row" }, h("button", { class: "main", type: "button", disabled: !songs.length, onclick: () => playAll(songs) }, "Play all")),
    songs.length ? songList(songs) : h("p", { class: "lead" }, named("No songs.")));
}

export async function playlist(box, [id]) {
  const found = await get(`/playlists/${id}`);
  const list = h("div", {});
  const include = picker("With these", true), without = picker("Nothing like these", true);
  const again = (now) => {
    found.tracks = now.tracks;
    list.replaceChildren(songList(now.tracks, { extra: out }));
    document.dispatchEvent(new Event("opinions"));
  };
  const out = (song) => iconButton("remove", `Take ${song.title} out`, () => {
    const songs = found.tracks.filter((one) => one.id !== song.id);
    patch(`/playlists/${id}`, { songs: songs.map((one) => one.id) }).then(() => again({ tracks: songs }), failed);
  });
  const extend = () => post(`/playlists/${id}/extend`, { top: 10, include: idsOf(include), without: idsOf(without) })
    .then(again).then(() => toast("More songs that go with it"), failed);
  again(found);
  const name = h("input", { type: "text", value: found.name, maxlength: "200", "aria-label": "Name of the playlist" });
  name.addEventListener("change", () => name.value.trim() && patch(`/playlists/${id}`, { name: name.value.trim() }).then(() => toast("Renamed"), failed));
  box.append(h("h1", {}, found.name),
    h("div", { class: "row" },
      h("button", { class: "main", type: "button", onclick: () => playAll(found.tracks) }, "Play all"),
      h("button", { type: "button", onclick: () => radio({ playlist: found.id }, found.name) }, "Radio"),
      h("button", { type: "button", onclick: extend }, "Extend"),
      h("button", { type: "button", onclick: () => remove(`/playlists/${id}`).then(() => { location.hash = "#/lists"; }, failed) }, "Delete"),
      h("div", { class: "grow" }, name)),
    h("details", {}, h("summary", {}, "Extend with, and without"), h("div", { class: "pick" }, include.box, without.box)), list);
}
