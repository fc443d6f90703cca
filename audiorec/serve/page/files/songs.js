// A song as a row: cover with play, title, artist, why it is here, and what can be done with it.

import { addToList } from "./add_to_list.js";
import { coverOf } from "./api.js";
import { clock, failed, h, icon, iconButton } from "./dom.js";
import { opinionOf, say } from "./listener.js";
import { playLater, playNext, radio, toggle } from "./player.js";
import { current, playAll } from "./queue.js";
import { named } from "./words.js";

const SIGNALS = {
  collaborative: "your taste", factors: "much the same plays", neighbours: "your songs' listeners", predicted: "sound, for you",
  cnn: "sound network", svm: "classifier", network: "the network", content: "sounds alike", artist: "the artist", popularity: "many people",
  likeness: "like your songs",
};

export function songList(songs, values = {}) {
  return h("ul", { class: "songs" }, songs.map((song, place) => songRow(song, () => playAll(songs, place), values)));
}

function songRow(song, play, { note, extra } = {}) {
  const words = h("div", { class: "words" },
    h("a", { class: "title", href: `#/song/${song.id}` }, song.title, song.cold ? h("span", { class: "badge" }, "new here") : null),
    h("div", { class: "by" }, byline(song)),
    song.reason ? h("p", { class: "reason" }, song.reason) : null,
    note ? h("p", { class: "reason" }, note(song)) : null,
    song.shares && Object.keys(song.shares).length ? shares(song.shares) : null);
  return h("li", { class: current()?.id === song.id ? "song playing" : "song", "data-song": String(song.id) },
    song.sounds === false ? h("img", { class: "cover", src: coverOf(song), alt: "", loading: "lazy", width: 52, height: 52 })
    : h("button", { class: "cover", type: "button", "data-title": song.title, "aria-label": `Play ${song.title}`,
      onclick: () => (current()?.id === song.id ? toggle() : play()) },
      h("img", { src: coverOf(song), alt: "", loading: "lazy", width: 52, height: 52 }), h("span", {}, icon("play"))),
    words, acts(song, extra?.(song)));
}

export function byline(song) {
  const artist = song.artist
    ? h("a", { href: `#/artist/${encodeURIComponent(song.artist)}` }, song.artist) : "Unknown artist";
  return [artist, ...[song.album, song.year, song.seconds ? clock(song.seconds) : ""].filter(Boolean).map((part) => ` · ${part}`)];
}

function shares(values) {
  const sorted = Object.entries(values).filter(([, share]) => share >= 0.0005).sort((a, b) => b[1] - a[1]);
  return h("details", { class: "shares" }, h("summary", {}, "The exact shares"),
    sorted.map(([name, share]) => h("div", { class: "share" }, h("span", {}, named(SIGNALS[name] ?? name)),
      h("meter", { value: share, max: 1, "aria-label": named(SIGNALS[name] ?? name) }), h("span", {}, `${(share * 100).toFixed(1)} %`))));
}

export function acts(song, extra = null) {
  const opinion = opinionOf(song);
  const like = iconButton("like", `Like ${song.title}`, () => say(song, "like"), { "aria-pressed": String(opinion === "like") });
  const dislike = iconButton("dislike", `Dislike ${song.title}`, () => say(song, "dislike"), { "aria-pressed": String(opinion === "dislike") });
  const box = h("div", { class: "acts" }, like, dislike,
    song.sounds === false ? "" : iconButton("queue", `Play ${song.title} next`, () => playNext(song)), menu(song), extra ?? "");
  // One listener a list would be dropped with it: the row looks by itself while it is on the page.
  box.dataset.opinions = song.id;
  return box;
}

document.addEventListener("opinions", () => {
  document.querySelectorAll("[data-opinions]").forEach((box) => {
    const opinion = opinionOf({ id: box.dataset.opinions });
    box.children[0].setAttribute("aria-pressed", String(opinion === "like"));
    box.children[1].setAttribute("aria-pressed", String(opinion === "dislike"));
  });
});

function entriesOf(song) {
  const [never, again] = song.sounds === false ? ["Never show it", "Let it be shown again"] : ["Never play it", "Let it be played again"];
  return [
    ...(song.sounds === false ? [] : [["Add to the queue", () => playLater(song)], ["Radio from here", () => radio({ songs: [song.id], first: song }, song.title)]]),
    [named("Songs like this"), () => { location.hash = `#/song/${song.id}`; }],
    ["A path from here", () => { location.hash = `#/path/${song.id}`; }],
    ["Add to a playlist", () => addToList(song).catch(failed)],
    [opinionOf(song) === "less" ? "As much like this as before" : "Less like this", () => say(song, "less")],
    [opinionOf(song) === "never" ? again : never, () => say(song, "never")],
  ];
}

function menu(song) {
  const box = h("div", { class: "menu" });
  let list = null;
  const close = () => {
    // Taking the focused entry away is itself a loss of focus, which closes again.
    const open = list;
    list = null;
    open?.remove();
    button.setAttribute("aria-expanded", "false");
  };
  const open = () => {
    list = h("div", {}, entriesOf(song).map(([name, does]) => h("button", { type: "button", onclick: () => { close(); does(); } }, name)));
    box.append(list);
    button.setAttribute("aria-expanded", "true");
    list.firstChild.focus();
  };
  const button = iconButton("more", `More for ${song.title}`, () => (list ? close() : open()), { "aria-expanded": "false" });
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(); button.focus(); } });
  box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) close(); });
  box.append(button);
  return box;
}
