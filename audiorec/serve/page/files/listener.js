// Who listens, and what they said of songs. Published by the event "opinions".

import { get, post } from "./api.js";
import { failed, toast } from "./dom.js";

const KEY = "audiorec.user";
let opinions = {};

export const user = () => localStorage.getItem(KEY) || "me";

export async function setUser(name) {
  localStorage.setItem(KEY, name);
  await load();
}

export async function load() {
  opinions = (await get("/feedback", { user: user() })).opinions;
  document.dispatchEvent(new Event("opinions"));
}

export const opinionOf = (song) => opinions[song.id];

export const songsSaid = (kind) => Object.keys(opinions).filter((id) => opinions[id] === kind).map(Number);

const WORDS = { like: "Liked", dislike: "Disliked", less: "Less like this", never: "Never again" };

export async function say(song, kind) {
  const taken = opinions[song.id] === kind;
  try {
    await post("/feedback", { user: user(), song: song.id, kind: taken ? "none" : kind });
  } catch (error) {
    return failed(error);
  }
  if (taken) delete opinions[song.id];
  else opinions[song.id] = kind;
  document.dispatchEvent(new Event("opinions"));
  document.dispatchEvent(new CustomEvent("said", { detail: { song, kind: taken ? "none" : kind } }));
  if (taken) toast(`Taken back: ${song.title}`);
  else toast(`${WORDS[kind]}: ${song.title}`, "Undo", undo);
}

export async function undo() {
  const { undone } = await post(`/feedback/undo?user=${encodeURIComponent(user())}`);
  await load();
  document.dispatchEvent(new CustomEvent("said", { detail: { song: null, kind: "undo" } }));
  toast(undone ? "Undone" : "Nothing to undo");
}

export const played = (song) => post("/feedback", { user: user(), song: song.id, kind: "play" }).catch(() => {});
export const skipped = (song) => post("/feedback", { user: user(), song: song.id, kind: "skip" }).catch(() => {});
