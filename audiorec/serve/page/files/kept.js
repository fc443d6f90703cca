// What outlives a reload, in this browser: the queue, the place in the song, the loudness.

import { songsOf } from "./api.js";
import { current, queue } from "./queue.js";

const QUEUE = "audiorec.queue";
const LOUDNESS = "audiorec.loudness";

export const loudness = () => Number(localStorage.getItem(LOUDNESS) ?? 1);
export const keepLoudness = (value) => localStorage.setItem(LOUDNESS, value);

export function keepQueue(seconds, counted) {
  const { first, ...seeds } = queue.seeds ?? {};
  const ids = queue.songs.map((song) => song.id);
  localStorage.setItem(QUEUE, JSON.stringify({ ids, id: current()?.id, title: titleOf(current()), seconds, counted, repeat: queue.repeat, seeds: queue.seeds && seeds }));
}

// The queue as it was left, without songs that are gone; null where there is none, or where the library is another one.
export async function keptQueue() {
  const kept = JSON.parse(localStorage.getItem(QUEUE) ?? "null");
  if (!kept?.ids.length) return null;
  const songs = await songsOf(kept.ids);
  const place = songs.findIndex((song) => song.id === kept.id && titleOf(song) === kept.title);
  return place < 0 ? null : { ...kept, songs, place };
}

// Tags are as long as they like, and a browser keeps a few megabytes.
const titleOf = (song) => song?.title.slice(0, 100);
