// A song is put into one of the listener's playlists, or into a new one.

import { get, patch, post } from "./api.js";
import { failed, h, toast } from "./dom.js";
import { user } from "./listener.js";

const by = (id) => document.getElementById(id);

export async function addToList(song) {
  const { playlists } = await get("/playlists", { user: user() });
  const own = playlists.filter((one) => one.user === user());
  const into = (one) => ended(patch(`/playlists/${one.id}`, { songs: [...one.songs, song.id] }), one.name);
  const name = h("input", { type: "text", maxlength: "200", required: true });
  const form = h("form", { class: "row" }, h("label", {}, "New playlist", name), h("button", { type: "submit" }, "Make"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ended(post("/playlists", { user: user(), name: name.value.trim(), songs: [song.id] }), name.value.trim());
  });
  by("add-to-list-choices").replaceChildren(
    h("div", { class: "chips" }, own.map((one) => h("button", { type: "button", class: "chip", onclick: () => into(one) }, `${one.name} (${one.songs.length})`))), form);
  by("add-to-list").showModal();
}

const ended = (asked, name) => asked.then((kept) => {
  by("add-to-list").close();
  toast(`In the playlist ${name}`, "Show", () => { location.hash = `#/list/${kept.id}`; });
}, failed);
