// The player: one audio element that outlives every page, the seek bar, media keys, the radio that refills itself.

import { audioOf, coverOf, get, post } from "./api.js";
import { clock, failed, icon, toast } from "./dom.js";
import { keepLoudness, keepQueue, keptQueue, loudness } from "./kept.js";
import { opinionOf, played, say, skipped, user } from "./listener.js";
import { add, addAll, changed, current, go, queue, setRadio } from "./queue.js";
import * as panel from "./queue_panel.js";

const by = (id) => document.getElementById(id);
const audio = by("audio");
// Songs left in the queue at which a radio asks for more, and how much of a song is a play.
const FEW = 3;
const HALF = 0.5;
let loaded = null;
let counted = false;
// Seconds of it that were heard, and where it was last looked: who seeks to the end has not played it.
let heard = 0;
let lookedAt = 0;
// Where it goes on once it can be read again, and where it was cut off the last time.
let goesOnAt = null;
let cutAt = -1;
let bars = [];
let isAsking = false;
// The next song stands ready and is not played.
let isSilent = false;
// Two pages of one browser do not play at once: who begins is heard.
const others = new BroadcastChannel("audiorec.plays");

export function start() {
  by("previous").append(icon("previous"));
  by("next").append(icon("next"));
  by("now-like").append(icon("like"));
  by("toggle").append(icon("play"));
  by("toggle").addEventListener("click", toggle);
  by("next").addEventListener("click", next);
  by("previous").addEventListener("click", previous);
  by("now-like").addEventListener("click", () => current() && say(current(), "like"));
  by("radio").addEventListener("click", switchRadio);
  panel.start();
  audio.volume = loudness();
  by("volume").value = 100 * loudness();
  by("volume").addEventListener("input", (event) => { audio.volume = event.target.value / 100; keepLoudness(audio.volume); });
  by("seek").addEventListener("input", (event) => { seek((event.target.value / 1000) * length()); draw(); });
  audio.addEventListener("timeupdate", tick);
  audio.addEventListener("play", () => { others.postMessage("plays"); shown(); });
  others.addEventListener("message", () => audio.pause());
  addEventListener("pagehide", () => { if (current()) keepQueue(audio.currentTime, counted); });
  audio.addEventListener("pause", shown);
  audio.addEventListener("ended", ended);
  audio.addEventListener("error", broken);
  document.addEventListener("queue", onQueue);
  document.addEventListener("opinions", shown);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  mediaKeys();
}

// What was playing before a reload stands there again, paused.
export async function resume() {
  const kept = await keptQueue();
  if (!kept || current()) return;
  Object.assign(queue, { songs: kept.songs, place: kept.place, seeds: kept.seeds, repeat: kept.repeat ?? "off" });
  isSilent = true;
  changed();
  isSilent = false;
  counted = kept.counted;
  seek(kept.seconds);
}

export function toggle() {
  if (!current()) return;
  if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
}

export function next() {
  const song = current();
  if (song && !counted && heard > 2) skipped(song);
  if (!go(1)) return toast("The queue ends here");
  if (song === current()) anew();
}

export function previous() {
  const song = current();
  if (audio.currentTime > 4 || !go(-1) || song === current()) seek(0);
}

function ended() {
  isSilent = queue.stops;
  queue.stops = false;
  if (!isSilent && queue.repeat === "one") anew();
  else if (!go(1)) changed();
  else if (audio.ended && !isSilent) anew(); // the same song once more
  isSilent = false;
}

// The song from its start; what is heard of it counts again.
function anew() {
  counted = false;
  heard = lookedAt = 0;
  audio.currentTime = 0;
  audio.play().catch(() => {});
}

// Before anything of a song is there, a place that is set would be that of whichever song comes first.
function seek(seconds) {
  const song = loaded;
  if (!audio.readyState) audio.addEventListener("loadedmetadata", () => { if (loaded === song) seek(seconds); }, { once: true });
  else if (Number.isFinite(audio.duration) || isBuffered(seconds)) audio.currentTime = seconds;
  else {
    toast(`The song is being made ready: it goes on at ${clock(seconds)}`);
    reopen(seconds, !audio.paused);
  }
}

const isBuffered = (seconds) => [...Array(audio.buffered.length).keys()].some((n) => audio.buffered.start(n) <= seconds && seconds <= audio.buffered.end(n));

// A song that is transcoded while it plays has no length yet and cannot be sought in: soon it is a whole file.
function reopen(seconds, plays, tries = 1) {
  const song = loaded;
  goesOnAt = seconds;
  audio.src = `${audioOf(song)}?again=${tries}`;
  audio.addEventListener("loadedmetadata", () => {
    if (loaded !== song) return;
    if (!Number.isFinite(audio.duration)) setTimeout(() => { if (loaded === song) reopen(seconds, plays, tries + 1); }, 1000);
    else {
      goesOnAt = null;
      audio.currentTime = seconds;
      if (plays) audio.play().catch(() => {});
    }
  }, { once: true });
}

// The name of the tab: what plays, else what is shown.
export function titled() {
  const name = current()?.title ?? document.querySelector("h1")?.textContent;
  document.title = name ? `${name.slice(0, 200)} · audiorec` : "audiorec";
}

const length = () => (Number.isFinite(audio.duration) ? audio.duration : current()?.seconds) || 1;

function onQueue() {
  const song = current();
  by("player").hidden = !song;
  if (!song) {
    audio.pause();
    audio.removeAttribute("src");
    loaded = null;
    titled();
  } else if (song !== loaded) load(song);
  panel.draw();
  shown();
  keepQueue(audio.currentTime, counted);
  refill();
}

function load(song) {
  loaded = song;
  counted = false;
  heard = lookedAt = 0;
  goesOnAt = null;
  cutAt = -1;
  bars = [];
  audio.src = audioOf(song);
  if (!isSilent) audio.play().catch(() => {});
  by("now-cover").src = coverOf(song);
  by("now-title").textContent = song.title;
  by("now-title").href = `#/song/${song.id}`;
  by("now-artist").textContent = song.artists.join(", ") || "Unknown artist";
  titled();
  get(`/songs/${song.id}/outline`).then((found) => { if (loaded === song) { bars = found.bars; draw(); } }).catch(() => {});
  tell(song);
  tick();
}

// What is wrong with the song itself is said, and the next one comes; a server or a network that is gone is waited for.
function broken() {
  if (!loaded || !audio.getAttribute("src")) return;
  const song = loaded, seconds = goesOnAt ?? audio.currentTime;
  const isCut = audio.error?.code === MediaError.MEDIA_ERR_NETWORK && seconds > cutAt;
  const later = (does, wait) => setTimeout(() => { if (loaded === song) does(); }, wait);
  fetch(audioOf(song), { method: "GET", headers: { Range: "bytes=0-1" } })
    .then((answer) => (answer.ok ? { detail: "This browser cannot play it." } : answer.json()))
    .then((found) => {
      cutAt = seconds;
      if (isCut) return reopen(seconds, true);
      toast(`${song.title}: ${found.detail}`);
      later(() => go(1), 1500);
    }, () => {
      toast("The server does not answer: the song goes on when it does.");
      later(() => reopen(seconds, true), 3000);
    });
}

function tick() {
  const song = current();
  if (!song) return;
  by("elapsed").textContent = clock(audio.currentTime);
  by("length").textContent = clock(length());
  by("seek").value = Math.round((audio.currentTime / length()) * 1000);
  by("seek").setAttribute("aria-valuetext", `${clock(audio.currentTime)} of ${clock(length())}`);
  const since = audio.currentTime - lookedAt;
  if (since > 0 && since < 2) heard += since;
  lookedAt = audio.currentTime;
  if (!counted && heard > Math.min(length() * HALF, 240)) {
    counted = true;
    played(song);
  }
  draw();
}

function draw() {
  const canvas = by("outline");
  const width = Math.round(canvas.clientWidth * Math.min(devicePixelRatio || 1, 2)) || 720;
  if (canvas.width !== width) canvas.width = width;
  const pen = canvas.getContext("2d");
  const style = getComputedStyle(document.documentElement);
  const done = audio.currentTime / length();
  const shape = bars.length ? bars : Array(120).fill(0.12);
  const wide = canvas.width / shape.length;
  pen.clearRect(0, 0, canvas.width, canvas.height);
  shape.forEach((value, place) => {
    const tall = Math.max(3, value * canvas.height);
    pen.fillStyle = style.getPropertyValue(place / shape.length < done ? "--main" : "--wave");
    pen.fillRect(place * wide, (canvas.height - tall) / 2, Math.max(1, wide * 0.65), tall);
  });
}

function shown() {
  const isPlaying = !audio.paused;
  by("toggle").replaceChildren(icon(isPlaying ? "pause" : "play"));
  by("toggle").setAttribute("aria-label", isPlaying ? "Pause" : "Play");
  by("now-like").setAttribute("aria-pressed", String(Boolean(current()) && opinionOf(current()) === "like"));
  by("radio").setAttribute("aria-pressed", String(Boolean(queue.seeds)));
  document.querySelectorAll("[data-song]").forEach((row) => {
    const isThis = Number(row.dataset.song) === current()?.id;
    row.classList.toggle("playing", isThis);
    sign(row.querySelector("button.cover"), isThis && isPlaying);
  });
  if ("mediaSession" in navigator) navigator.mediaSession.playbackState = isPlaying ? "playing" : "paused";
}

// The cover of what plays stops it.
function sign(cover, isPlaying) {
  const name = isPlaying ? "pause" : "play";
  if (!cover || cover.dataset.sign === name) return;
  cover.dataset.sign = name;
  cover.querySelector("span").replaceChildren(icon(name));
  cover.setAttribute("aria-label", `${isPlaying ? "Pause" : "Play"} ${cover.dataset.title}`);
}

// --- radio ---

function switchRadio() {
  if (queue.seeds) return setRadio(null);
  if (!current()) return;
  setRadio({ songs: [current().id] });
  toast(`Radio from ${current().title}`);
}

export async function radio(seeds, name) {
  try {
    const { songs } = await post("/radio", { user: user(), ...seeds });
    if (!songs.length) return toast("Nothing is left to play");
    const first = seeds.first ? [seeds.first] : [];
    queue.songs = [...first, ...songs];
    queue.place = 0;
    setRadio(seeds);
    toast(`Radio: ${name}`);
  } catch (error) {
    failed(error);
  }
}

async function refill() {
  if (!queue.seeds || isAsking || queue.songs.length - queue.place > FEW) return;
  isAsking = true;
  try {
    const { first, ...seeds } = queue.seeds;
    const { songs } = await post("/radio", { user: user(), ...seeds, played: queue.songs.slice(-4000).map((song) => song.id) });
    if (songs.length) addAll(songs);
    else queue.seeds = null;
  } catch (error) {
    failed(error);
  } finally {
    isAsking = false;
  }
}

// --- the queue ---

export const playNext = (song) => { add(song, true); toast(`Next: ${song.title}`); };
export const playLater = (song) => { add(song, false); toast(`In the queue: ${song.title}`); };

// --- media keys ---

function mediaKeys() {
  if (!("mediaSession" in navigator)) return;
  const keys = { play: toggle, pause: toggle, nexttrack: next, previoustrack: previous,
    seekto: (detail) => seek(detail.seekTime) };
  for (const [name, does] of Object.entries(keys)) {
    try { navigator.mediaSession.setActionHandler(name, does); } catch { /* this browser has no such key */ }
  }
}

function tell(song) {
  if (!("mediaSession" in navigator)) return;
  navigator.mediaSession.metadata = new MediaMetadata({
    title: song.title, artist: song.artists.join(", "), album: song.album, artwork: [{ src: coverOf(song), sizes: "300x300" }],
  });
}
