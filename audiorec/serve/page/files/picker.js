// A field that finds songs by title or artist: one song is chosen, or several are gathered.

import { get } from "./api.js";
import { h } from "./dom.js";
import { named } from "./words.js";

export function picker(name, holdsMany = false) {
  const hits = h("ul", { class: "songs" });
  const chosen = h("div", { class: "chips" }, h("p", { class: "by" }, "Nothing chosen"));
  const input = h("input", { type: "search", placeholder: named("Title or artist"), maxlength: "200" });
  const state = { songs: [], box: h("div", { class: "card" }, h("label", {}, name, input), chosen, hits), choose };
  const draw = () => chosen.replaceChildren(...(state.songs.length ? state.songs.map((song) =>
    h("button", { class: "chip", type: "button", "aria-label": `Take ${song.title} out`, onclick: () => drop(song) }, `${song.title} · ${song.artist} ×`)) : [h("p", { class: "by" }, "Nothing chosen")]));
  function drop(song) {
    state.songs = state.songs.filter((one) => one.id !== song.id);
    draw();
    input.focus();
  }
  function choose(song) {
    state.songs = holdsMany ? [...state.songs.filter((one) => one.id !== song.id), song] : [song];
    draw();
    hits.replaceChildren();
    input.value = "";
  }
  let turn = 0;
  input.addEventListener("input", async () => {
    const mine = ++turn;
    if (!input.value.trim()) return hits.replaceChildren();
    const { songs } = await get("/songs", { q: input.value, limit: 6 }).catch(() => ({ songs: [] }));
    if (mine === turn) hits.replaceChildren(...songs.map((song) => h("li", {}, h("button", { class: "text", type: "button", onclick: () => { choose(song); input.focus(); } }, `${song.title} · ${song.artist}`))));
  });
  return state;
}

export const idsOf = (state) => state.songs.map((song) => song.id);
