// The page: which view an address shows, who listens, the keys.

import { get, post } from "./api.js";
import { failed, h } from "./dom.js";
import * as listener from "./listener.js";
import * as player from "./player.js";
import { current } from "./queue.js";
import { forYou } from "./for_you.js";
import { library, taskOf } from "./library.js";
import { mapView } from "./map.js";
import { path } from "./path.js";
import { playlist, playlists, said } from "./playlists.js";
import { artist, found, song, songs } from "./browse.js";
import { firstStart } from "./first_start.js";
import { learnWords, named } from "./words.js";

const VIEWS = { "": forYou, songs, song, artist, search: found, map: mapView, path, lists: playlists, list: playlist, said, library };
const NEEDS_NO_MUSIC = new Set(["library"]);
const by = (id) => document.getElementById(id);
let known = -1;
let leave = null;
let turn = 0;
let followed = null;
let usesMouse = false;

async function show() {
  const [name, ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  const mine = ++turn;
  leave?.();
  leave = null;
  const content = by("content");
  content.classList.toggle("wide", name === "map");
  if (name !== "search") by("q").value = "";
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
    if (mine === turn) content.replaceChildren(h("h1", {}, "This did not work"), h("p", { role: "alert" }, error.message),
      h("button", { type: "button", onclick: show }, "Try again"));
  }
  if (mine === turn) {
    content.dataset.shown = location.hash;
    scrollTo(0, history.state?.top ?? 0); // back to where one was, forward to the top
    player.titled();
  }
  document.dispatchEvent(new Event("opinions"));
}

// A running job is asked for until it ends, on every view; another stream of events would take one of the few
// connections that a browser has.
async function follow(job) {
  if (followed === job.id) return;
  followed = job.id;
  await ended(job).finally(() => { followed = null; });
}

async function ended(job) {
  const { serial } = await get("/status");
  let now = job;
  while (now?.state === "running") {
    await pause();
    now = await get(`/jobs/${job.id}`).catch((error) => (error.status === 404 ? null : now)); // null: the server was started anew
  }
  document.dispatchEvent(new Event("job-ended"));
  let status = await get("/status");
  banner(status);
  // What it has written is open a moment later: then the view is shown anew.
  for (let tries = 0; tries < 10 && status.serial === serial; tries++) {
    await pause();
    status = await get("/status");
  }
  if (status.serial !== serial) show();
}

const pause = () => new Promise((done) => setTimeout(done, 1000));

function banner(status) {
  const place = by("banner");
  place.hidden = !status.is_demo && !status.job;
  place.replaceChildren(
    status.is_demo ? "This is the demo library: songs and listeners were made for audiorec. With your own music extracted, it steps aside. " : "",
    status.job ? h("a", { href: "#/library" }, `A job is running: ${taskOf(status.job)}`) : "");
  if (status.job) follow(status.job).catch(failed);
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
  // A button that was clicked keeps the focus: space is for the music then, and for the button when Tab led there.
  if (event.key === " " && (usesMouse || !event.target.closest("button, summary, a"))) player.toggle();
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
  by("sign-in").addEventListener("close", () => by("sign-in").showModal()); // there is nothing behind it
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); by("content").focus(); });
  by("show-keys").addEventListener("click", () => by("keys").showModal());
  document.addEventListener("keydown", onKey);
  document.addEventListener("pointerdown", () => { usesMouse = true; });
  document.addEventListener("keydown", (event) => { if (event.key === "Tab") usesMouse = false; });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) listener.load().catch(() => {}); });
  by("user").addEventListener("change", chooseUser);
  by("search").addEventListener("submit", (event) => {
    event.preventDefault();
    if (by("q").value.trim()) location.hash = `#/search/${encodeURIComponent(by("q").value.trim())}`;
  });
  history.scrollRestoration = "manual";
  addEventListener("scrollend", () => history.replaceState({ top: scrollY }, ""));
  addEventListener("hashchange", () => { show(); by("content").focus({ preventScroll: true }); });
  document.addEventListener("again", show);
  document.addEventListener("job-began", (event) => follow(event.detail).catch(failed));
  if ((await get("/session")).needs_token) return document.dispatchEvent(new Event("sign-in"));
  await listener.load().catch(failed);
  show();
  player.resume().catch(failed);
}

begin();
