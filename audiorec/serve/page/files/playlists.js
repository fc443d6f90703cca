// The listener's playlists: played, renamed, extended in place with and without what is named, songs taken out, deleted.

import { get, patch, post, remove } from "./api.js";
import { failed, h, iconButton, toast } from "./dom.js";
import { user } from "./listener.js";
import { idsOf, picker } from "./picker.js";
import { radio } from "./player.js";
import { playAll } from "./queue.js";
import { songList } from "./songs.js";

export async function playlists(box) {
  const { playlists: own } = await get("/playlists", { user: user() });
  box.append(h("h1", {}, "Playlists"),
    own.length
      ? h("ul", { class: "cards" }, own.map((one) => h("li", {}, h("a", { href: `#/list/${one.id}` }, one.name), h("span", {}, ` ${one.songs.length} songs`))))
      : h("p", { class: "lead" }, "None yet: keep the queue as a playlist, or draw around songs on the map."));
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
