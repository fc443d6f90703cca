// The map: every song a point, drawn by WebGL2 or a plain canvas; drag, zoom, pick, draw around.

import { get, post, songsOf } from "./api.js";
import { failed, h, playButtons, toast } from "./dom.js";
import { user } from "./listener.js";
import { addAll, playAll } from "./queue.js";
import { painter } from "./points.js";
import { songList } from "./songs.js";
import { countOf, named } from "./words.js";

const NEAR = 14;
const SHOWN = 100;
// A playlist holds so many.
const MOST_AT_ONCE = 5000;

export async function mapView(box) {
  const map = await drawn();
  const points = map.ids.map((id, row) => ({ id, x: map.x[row], y: map.y[row] }));
  const regionOf = new Map(map.regions.flatMap((region, number) => region.songs.map((id) => [id, number])));
  const rowOf = new Map(map.ids.map((id, row) => [id, row]));
  // A region's name stands above nine in ten of its songs, so that they can be seen.
  const tops = map.regions.map((one) => one.songs.map((id) => map.y[rowOf.get(id)]).sort((a, b) => a - b)[Math.floor((one.songs.length - 1) * 0.9)]);
  const canvas = h("canvas", {});
  const over = h("canvas", { tabindex: "0", role: "img", "aria-label": named("Map of all songs. The same songs stand in the lists of regions below.") });
  const tip = h("div", { class: "tip", hidden: true });
  const frame = h("div", { class: "map" }, canvas, over, tip);
  const side = h("div", { class: "side" });
  const paint = painter(canvas, points, points.map((point) => regionOf.get(point.id) ?? 0));
  const view = { x: 0, y: 0, zoom: 0 };
  const fingers = new Map();
  let hovered = -1, from = -1, lasso = null, drag = null, isLasso = false, frameAsked = false, trail = [];

  const size = () => ({ wide: frame.clientWidth, tall: frame.clientHeight });
  // All songs at once, with room for the names of regions at the rim.
  function whole() {
    const { wide, tall } = size();
    const [left, right] = span(map.x), [low, high] = span(map.y);
    view.x = (left + right) / 2;
    view.y = (low + high) / 2;
    const scale = Math.min((wide - 110) / Math.max(right - left, 0.1), (tall - 90) / Math.max(high - low, 0.1));
    view.zoom = Math.max(scale, 10) / (Math.min(wide, tall) / 2);
  }
  const toScreen = (point) => {
    const { wide, tall } = size();
    const scale = (Math.min(wide, tall) / 2) * view.zoom;
    return [wide / 2 + (point.x - view.x) * scale, tall / 2 - (point.y - view.y) * scale];
  };
  const toMap = (x, y) => {
    const { wide, tall } = size();
    const scale = (Math.min(wide, tall) / 2) * view.zoom;
    return { x: view.x + (x - wide / 2) / scale, y: view.y - (y - tall / 2) / scale };
  };

  function ask(isMoving) {
    if (frameAsked) return;
    frameAsked = true;
    requestAnimationFrame(() => {
      frameAsked = false;
      const { wide, tall } = size();
      if (!wide) return;
      if (!view.zoom) whole();
      const ratio = Math.min(devicePixelRatio || 1, 2);
      for (const one of [canvas, over]) {
        if (one.width !== Math.round(wide * ratio)) { one.width = Math.round(wide * ratio); }
        if (one.height !== Math.round(tall * ratio)) { one.height = Math.round(tall * ratio); }
      }
      paint(view, ratio, isMoving);
      drawOver(ratio);
    });
  }

  function drawOver(ratio) {
    const pen = over.getContext("2d");
    const ink = getComputedStyle(frame).color;
    const back = getComputedStyle(frame).backgroundColor;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, over.width, over.height);
    pen.strokeStyle = pen.fillStyle = ink;
    pen.font = "600 13px system-ui, sans-serif";
    pen.textAlign = "center";
    const taken = [];
    for (const [number, region] of map.regions.entries()) {
      const [middle, top] = toScreen({ x: region.x, y: tops[number] });
      const half = pen.measureText(region.name).width / 2, { wide } = size();
      // Inside the frame while its songs are.
      const x = middle > 0 && middle < wide ? Math.max(half + 6, Math.min(wide - half - 6, middle)) : middle;
      const y = top - 14;
      if (taken.some((one) => Math.abs(one.y - y) < 18 && Math.abs(one.x - x) < one.half + half + 8)) continue;
      taken.push({ x, y, half });
      pen.lineWidth = 4;
      pen.strokeStyle = back;
      pen.strokeText(region.name, x, y);
      pen.fillText(region.name, x, y);
    }
    pen.strokeStyle = ink;
    if (hovered >= 0) {
      const [x, y] = toScreen(points[hovered]);
      pen.lineWidth = 1.5;
      for (const near of map.neighbours[hovered]) {
        if (near < 0) continue;
        pen.beginPath(); pen.moveTo(x, y); pen.lineTo(...toScreen(points[near])); pen.stroke();
      }
      ring(pen, x, y, 7);
    }
    if (from >= 0) ring(pen, ...toScreen(points[from]), 9);
    line(pen, trail.map((row) => toScreen(points[row])));
    if (lasso) line(pen, lasso);
  }
  const ring = (pen, x, y, radius) => { pen.lineWidth = 2.5; pen.beginPath(); pen.arc(x, y, radius, 0, 7); pen.stroke(); };
  const line = (pen, places) => { pen.lineWidth = 2; pen.beginPath(); places.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y))); pen.stroke(); };

  function nearest(x, y) {
    let best = -1, least = NEAR * NEAR;
    points.forEach((point, row) => {
      const [px, py] = toScreen(point);
      const far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least) [best, least] = [row, far];
    });
    return best;
  }
  // A map place stays under a point of the screen.
  function zoom(factor, x = size().wide / 2, y = size().tall / 2) {
    const before = toMap(x, y);
    view.zoom = Math.min(60, Math.max(0.2, view.zoom * factor));
    const after = toMap(x, y);
    view.x += before.x - after.x;
    view.y += before.y - after.y;
  }
  const place = (event) => { const at = over.getBoundingClientRect(); return [event.clientX - at.left, event.clientY - at.top]; };

  over.addEventListener("pointerdown", (event) => {
    over.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    if (fingers.size > 1) { drag = lasso = null; return; }
    drag = { start: place(event), view: { ...view }, moved: false };
    if (isLasso || event.shiftKey) lasso = [place(event)];
  });
  over.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (fingers.size > 1) return pinch(event);
    if (lasso) { lasso.push([x, y]); return ask(true); }
    if (drag) {
      const { wide, tall } = size();
      const scale = (Math.min(wide, tall) / 2) * view.zoom;
      drag.moved ||= Math.hypot(x - drag.start[0], y - drag.start[1]) > 4;
      view.x = drag.view.x - (x - drag.start[0]) / scale;
      view.y = drag.view.y + (y - drag.start[1]) / scale;
      return ask(true);
    }
    hover(nearest(x, y), x, y);
  });
  over.addEventListener("pointerup", (event) => {
    const [x, y] = place(event);
    fingers.delete(event.pointerId);
    if (lasso) finishLasso().catch(failed);
    else if (drag && !drag.moved) pick(nearest(x, y));
    drag = null;
    ask(false);
  });
  over.addEventListener("pointercancel", (event) => { fingers.delete(event.pointerId); drag = lasso = null; });
  over.addEventListener("pointerleave", () => hover(-1));
  over.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY / 500), ...place(event));
    ask(true);
    clearTimeout(view.rest);
    view.rest = setTimeout(() => ask(false), 150);
  }, { passive: false });
  over.addEventListener("keydown", (event) => {
    const step = 0.15 / view.zoom;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.ctrlKey) return;
    if (moves[event.key]) { view.x += moves[event.key][0]; view.y += moves[event.key][1]; }
    else if (event.key === "+") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else return;
    event.preventDefault();
    ask(false);
  });

  // Two fingers: the map grows as they part, around their middle, and moves with it.
  function pinch(event) {
    const [[ax, ay], [bx, by]] = [...fingers.values()];
    fingers.set(event.pointerId, place(event));
    const [[cx, cy], [dx, dy]] = [...fingers.values()];
    const before = toMap((ax + bx) / 2, (ay + by) / 2), after = toMap((cx + dx) / 2, (cy + dy) / 2);
    view.x += before.x - after.x;
    view.y += before.y - after.y;
    zoom(Math.hypot(cx - dx, cy - dy) / Math.max(Math.hypot(ax - bx, ay - by), 1), (cx + dx) / 2, (cy + dy) / 2);
    ask(true);
  }

  function hover(row, x, y) {
    if (row === hovered && row < 0) return;
    hovered = row;
    tip.hidden = row < 0;
    if (row >= 0) {
      tip.textContent = `${map.titles[row]} · ${map.artists[row]}`;
      tip.style.left = `${Math.min(x + 14, size().wide - 180)}px`;
      tip.style.top = `${Math.min(y + 14, size().tall - 40)}px`;
    }
    ask(false);
  }

  async function pick(row) {
    if (row < 0) return;
    const song = await get(`/songs/${points[row].id}`);
    const before = from >= 0 ? points[from].id : null;
    side.replaceChildren(h("h2", {}, "Picked"), songList([song]),
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => { from = row; trail = []; ask(false); toast("Now pick where the path ends"); } }, "Path from here"),
        before !== null && before !== song.id ? h("button", { class: "main", type: "button", onclick: () => walk(before, song.id).catch(failed) }, "Path to here") : null));
    side.scrollIntoView({ block: "nearest" });
    document.dispatchEvent(new Event("opinions"));
  }

  async function walk(start, end) {
    const { songs } = await get("/path", { start, end, songs: 8 });
    trail = songs.map((song) => rowOf.get(song.id)).filter((row) => row !== undefined);
    show("Path", songs);
    from = -1;
    ask(false);
  }

  async function keep(name, songs) {
    const kept = await post("/playlists", { user: user(), name, songs: songs.map((song) => song.id) });
    toast(`Kept as a playlist: ${name}`, "Show", () => { location.hash = `#/list/${kept.id}`; });
  }

  function show(name, songs) {
    side.replaceChildren(h("h2", {}, name), h("div", { class: "row" },
      playButtons(songs, h("button", { class: "main", type: "button", onclick: () => playAll(songs) }, "Play all"),
        h("button", { type: "button", onclick: () => { addAll(songs); toast(`In the queue: ${countOf(songs)}`); } }, "Add to the queue")),
      h("button", { type: "button", onclick: () => keep(name, songs).catch(failed) }, "Keep as playlist")),
      ...listed(songs));
    side.scrollIntoView({ block: "nearest" });
    document.dispatchEvent(new Event("opinions"));
  }

  // So many at a time: rows of thousands of songs at once would hold the page up.
  function listed(songs) {
    const rest = songs.slice(SHOWN);
    const more = h("button", { type: "button", hidden: !rest.length, onclick: () => { more.replaceWith(...listed(rest)); document.dispatchEvent(new Event("opinions")); } },
      named(`More songs (${rest.length})`));
    return [songList(songs.slice(0, SHOWN)), more];
  }

  async function finishLasso() {
    const shape = lasso;
    lasso = null;
    isLasso = false;
    draw.setAttribute("aria-pressed", "false");
    const inside = points.filter((point) => within(toScreen(point), shape)).map((point) => point.id);
    if (!inside.length) return toast("No song is inside");
    show("Drawn around", await someOf(inside));
  }

  async function region(one) {
    view.x = one.x; view.y = one.y; view.zoom = Math.max(view.zoom, 2);
    ask(false);
    show(one.name, await someOf(one.songs));
  }

  async function someOf(ids) {
    if (ids.length > MOST_AT_ONCE) toast(named(`${ids.length} songs are there: here are ${MOST_AT_ONCE} of them`));
    return songsOf(ids.slice(0, MOST_AT_ONCE));
  }

  const draw = h("button", { class: "chip", type: "button", "aria-pressed": "false", onclick: () => {
    isLasso = !isLasso;
    draw.setAttribute("aria-pressed", String(isLasso));
  } }, named("Draw around songs"));
  const key = (sign, name, does) => h("button", { class: "chip", type: "button", "aria-label": name, title: name, onclick: () => { does(); ask(false); } }, sign);
  box.append(h("h1", {}, "Map of the library"),
    h("div", { class: "two" },
      h("div", {}, h("div", { class: "chips" }, draw, key("Whole map", "Whole map", whole), key("+", "Nearer", () => zoom(1.5)), key("−", "Farther", () => zoom(1 / 1.5))), frame),
      side,
      h("div", {}, h("h2", {}, "Regions"), h("div", { class: "chips" }, map.regions.map((one) => h("button", { class: "chip", type: "button", onclick: () => region(one).catch(failed) }, `${one.name} (${one.songs.length})`))))));
  side.append(h("p", { class: "lead" }, named("Songs that sound alike lie together.") + " Point at one to see its neighbours, click to pick it, drag and scroll to move."));
  const watcher = new ResizeObserver(() => ask(false));
  watcher.observe(frame);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => ask(false);
  scheme.addEventListener("change", dark);
  return () => { watcher.disconnect(); scheme.removeEventListener("change", dark); paint.end?.(); };
}

// The map of a large library takes minutes the first time; the server says so until it is there.
async function drawn() {
  const told = setTimeout(() => toast("The map is being drawn: a large library takes minutes the first time."), 3000);
  try {
    for (;;) {
      try {
        return await get("/map");
      } catch (error) {
        if (error.status !== 503) throw error;
      }
    }
  } finally {
    clearTimeout(told);
  }
}

// The least and the greatest; a spread of many numbers as arguments would be too many.
const span = (values) => values.reduce(([least, most], one) => [Math.min(least, one), Math.max(most, one)], [Infinity, -Infinity]);

function within([x, y], shape) {
  let inside = false;
  for (let n = 0, before = shape.length - 1; n < shape.length; before = n++) {
    const [ax, ay] = shape[n], [bx, by] = shape[before];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
