// What plays now and next. Only numbers and songs here: `player.js` makes the sound.

export const queue = { songs: [], place: -1, seeds: null };

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
  if (!queue.songs[queue.place + step]) return false;
  queue.place += step;
  changed();
  return true;
}

export function jump(place) {
  queue.place = place;
  changed();
}

export function move(place, step) {
  const to = place + step;
  if (to < 0 || to >= queue.songs.length) return;
  [queue.songs[place], queue.songs[to]] = [queue.songs[to], queue.songs[place]];
  if (queue.place === place) queue.place = to;
  else if (queue.place === to) queue.place = place;
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

export function setRadio(seeds) {
  queue.seeds = seeds;
  changed();
}
