// What plays now and next. Only numbers and songs here: `player.js` makes the sound.

// `repeat` is "off", "all" or "one"; `stops` says that nothing is played after the song that plays now.
export const queue = { songs: [], place: -1, seeds: null, repeat: "off", stops: false };

export const changed = () => document.dispatchEvent(new Event("queue"));
export const current = () => queue.songs[queue.place];

export function playAll(songs, place = 0, seeds = null) {
  queue.songs = [...songs];
  queue.place = place;
  queue.seeds = seeds;
  changed();
}

export function add(song, asNext) {
  if (queue.place < 0) return playAll([song]);
  queue.songs.splice(asNext ? queue.place + 1 : queue.songs.length, 0, song);
  changed();
}

export function addAll(songs) {
  queue.songs.push(...songs);
  if (queue.place < 0 && songs.length) queue.place = 0;
  changed();
}

export function go(step) {
  const count = queue.songs.length, to = queue.place + step;
  const place = queue.repeat === "all" && count ? (to + count) % count : to;
  if (!queue.songs[place]) return false;
  queue.place = place;
  changed();
  return true;
}

export function jump(place) {
  queue.place = place;
  changed();
}

// A song to another place of the queue; what plays stays what plays.
export function carry(from, to) {
  if (!queue.songs[to] || to === from) return;
  queue.songs.splice(to, 0, ...queue.songs.splice(from, 1));
  if (queue.place === from) queue.place = to;
  else queue.place += Number(from > queue.place && to <= queue.place) - Number(from < queue.place && to >= queue.place);
  changed();
}

export function drop(place) {
  queue.songs.splice(place, 1);
  if (place < queue.place) queue.place--;
  if (queue.place >= queue.songs.length) queue.place = queue.songs.length - 1;
  changed();
}

export function clear() {
  const now = current();
  queue.songs = now ? [now] : [];
  queue.place = now ? 0 : -1;
  queue.seeds = null;
  changed();
}

// What is still to come, in another order; what plays stays.
export function shuffle() {
  const later = queue.songs.splice(queue.place + 1);
  for (let n = later.length - 1; n > 0; n--) {
    const other = Math.floor(Math.random() * (n + 1));
    [later[n], later[other]] = [later[other], later[n]];
  }
  queue.songs.push(...later);
  changed();
}

const REPEATS = { off: "all", all: "one", one: "off" };
export function turnRepeat() {
  queue.repeat = REPEATS[queue.repeat];
  changed();
}

export function turnStop() {
  queue.stops = !queue.stops;
  changed();
}

export function setRadio(seeds) {
  queue.seeds = seeds;
  changed();
}
