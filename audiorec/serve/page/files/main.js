// The page: which view an address shows, who listens, the keys.

import { get, post } from "./api.js";
import { failed, h } from "./dom.js";
import * as listener from "./listener.js";
import * as player from "./player.js";
import { current } from "./queue.js";
import { forYou } from "./for_you.js";
import { library } from "./library.js";
import { mapView } from "./map.js";
import { path } from "./path.js";
import { playlist, playlists } from "./playlists.js";
import { artist, found, song, songs } from "./browse.js";
import { firstStart } from "./first_start.js";
import { learnWords, named } from "./words.js";

const VIEWS = { "": forYou, songs, song, artist, search: found, map: mapView, path, lists: playlists, list: playlist, library };
const NEEDS_NO_MUSIC = new Set(["library"]);
const by = (id) => document.getElementById(id);
let known = -1;
let leave = null;
let turn = 0;

async function show() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const mine = ++turn;
  leave?.();
  leave = null;
  const content = by("content");
  content.classList.toggle("wide", name === "map");
  document.querySelectorAll("nav a").forEach((link) => {
    const isHere = link.getAttribute("href") === `#/${name}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  });
  try {
    const status = await get("/status");
    learnWords(status);
    document.querySelector("nav a[href='#/songs']").textContent = named("Songs");
    document.querySelector(".who span").textContent = named("Listener");
    banner(status);
    if (status.users !== known) await fillUsers(status.users); // an import or the demo brought listeners
    const view = status.songs || NEEDS_NO_MUSIC.has(name) ? VIEWS[name] ?? forYou : firstStart;
    const box = h("div", {});
    const left = await view(box, rest, status);
    if (mine !== turn) return left?.();
    leave = left ?? null;
    content.replaceChildren(box);
    box.dispatchEvent(new Event("shown"));
  } catch (error) {
    if (mine === turn) content.replaceChildren(h("h1", {}, "This did not work"), h("p", { role: "alert" }, error.message));
  }
  if (mine === turn) content.dataset.shown = location.hash;
  document.dispatchEvent(new Event("opinions"));
}

// What a job has written is open a moment after its end: then the view is shown anew.
async function afterJob() {
  const { serial } = await get("/status");
  for (let tries = 0; tries < 10; tries++) {
    await new Promise((done) => setTimeout(done, 1000));
    if ((await get("/status")).serial !== serial) break;
  }
  show();
}

function banner(status) {
  const place = by("banner");
  place.hidden = !status.is_demo && !status.job;
  place.replaceChildren(
    status.is_demo ? "This is the demo library: songs and listeners were made for audiorec. With your own music extracted, it steps aside. " : "",
    status.job ? h("a", { href: "#/library" }, `A job is running: ${status.job.kind}`) : "");
}

async function fillUsers(count = known) {
  known = count;
  const { users } = await get("/users", { limit: 1000 });
  const mine = listener.user();
  const names = [...new Set([mine, ...users])];
  by("user").replaceChildren(...names.map((name) => h("option", { value: name, selected: name === mine }, name)), h("option", { value: "" }, "Somebody new ..."));
}

async function chooseUser(event) {
  let name = event.target.value;
  if (!name) name = (prompt("A name for the new listener") ?? "").trim().slice(0, 200) || listener.user();
  await listener.setUser(name).catch(failed);
  await fillUsers().catch(failed);
  show();
}

const isTyping = (target) => target.closest("input:not([type=range]), textarea, select, [contenteditable]");

function onKey(event) {
  if (event.altKey || event.metaKey) return;
  if (event.ctrlKey) {
    if (event.key === "ArrowRight") player.next();
    else if (event.key === "ArrowLeft") player.previous();
    else return;
    return event.preventDefault();
  }
  if (isTyping(event.target)) return;
  const song = current();
  if (event.key === " " && !event.target.closest("button, summary, a")) player.toggle();
  else if (event.key === "/") by("q").focus();
  else if (event.key === "?") by("keys").showModal();
  else if (event.key === "l" && song) listener.say(song, "like");
  else if (event.key === "d" && song) { listener.say(song, "dislike"); player.next(); }
  else return;
  event.preventDefault();
}

async function signIn(event) {
  event.preventDefault();
  try {
    await post("/session", { token: by("token").value });
    location.reload();
  } catch (error) {
    by("token-error").textContent = error.message;
  }
}

async function begin() {
  player.start();
  by("token-form").addEventListener("submit", signIn);
  document.addEventListener("sign-in", () => { if (!by("sign-in").open) by("sign-in").showModal(); });
  document.addEventListener("keydown", onKey);
  by("user").addEventListener("change", chooseUser);
  by("search").addEventListener("submit", (event) => {
    event.preventDefault();
    if (by("q").value.trim()) location.hash = `#/search/${encodeURIComponent(by("q").value.trim())}`;
  });
  addEventListener("hashchange", () => { show(); by("content").focus({ preventScroll: true }); scrollTo(0, 0); });
  document.addEventListener("again", show);
  document.addEventListener("job-ended", () => afterJob().catch(failed));
  if ((await get("/session")).needs_token) return document.dispatchEvent(new Event("sign-in"));
  await listener.load().catch(failed);
  show();
}

begin();
