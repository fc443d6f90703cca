// The queue as it is shown: what comes, in which order, whether it begins again, and where it stops.

import { post } from "./api.js";
import { clock, failed, h, icon, iconButton, toast } from "./dom.js";
import { user } from "./listener.js";
import { carry, clear, drop, jump, queue, shuffle, turnRepeat, turnStop } from "./queue.js";
import { countOf } from "./words.js";

const by = (id) => document.getElementById(id);
const REPEAT = { off: "Repeat: off", all: "Repeat: all", one: "Repeat: one song" };
// So near to the rim a dragged song moves the list.
const RIM = 40;

export function start() {
  by("show-queue").addEventListener("click", show);
  by("queue").addEventListener("keydown", (event) => { if (event.key === "Escape") { show(); by("show-queue").focus(); } });
  by("clear-queue").addEventListener("click", clear);
  by("shuffle").addEventListener("click", shuffle);
  by("save-queue").addEventListener("click", keep);
  by("repeat").addEventListener("click", turnRepeat);
  by("stop-after").addEventListener("click", turnStop);
}

function show() {
  const box = by("queue");
  box.hidden = !box.hidden;
  by("show-queue").setAttribute("aria-expanded", String(!box.hidden));
  box.querySelector(".current")?.scrollIntoView({ block: "nearest" });
}

export function draw() {
  const seconds = queue.songs.reduce((sum, song) => sum + (song.seconds || 0), 0);
  by("queue-size").textContent = `${countOf(queue.songs)}, ${clock(seconds)}`;
  by("repeat").textContent = REPEAT[queue.repeat];
  by("repeat").setAttribute("aria-pressed", String(queue.repeat !== "off"));
  by("stop-after").setAttribute("aria-pressed", String(queue.stops));
  const focus = document.activeElement?.dataset?.act;
  by("queue-list").replaceChildren(...queue.songs.map(row));
  // A key press on a moved song goes on with the same song.
  if (focus) by("queue-list").querySelector(`[data-act="${CSS.escape(focus)}"]`)?.focus();
}

function row(song, place) {
  // No stop of the Tab key: the arrows do the same.
  const handle = h("button", { class: "icon handle", type: "button", tabindex: "-1", "aria-hidden": "true", onpointerdown: (event) => drag(event, place) }, icon("handle"));
  return h("li", { class: place === queue.place ? "current" : "" }, handle,
    h("button", { class: "name", type: "button", onclick: () => jump(place), "aria-current": place === queue.place ? "true" : undefined },
      h("b", {}, song.title), h("span", {}, song.artist)),
    h("span", { class: "acts" },
      iconButton("up", `Move ${song.title} up`, () => carry(place, place - 1), { "data-act": `up ${place - 1}` }),
      iconButton("down", `Move ${song.title} down`, () => carry(place, place + 1), { "data-act": `down ${place + 1}` }),
      iconButton("remove", `Remove ${song.title}`, () => drop(place), { "data-act": `remove ${place}` })));
}

// By mouse or finger.
function drag(event, from) {
  const handle = event.currentTarget, box = by("queue"), rows = [...by("queue-list").children];
  let to = from;
  event.preventDefault();
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", ({ clientY }) => {
    const { top, bottom } = box.getBoundingClientRect();
    box.scrollTop += clientY < top + RIM ? -RIM / 4 : clientY > bottom - RIM ? RIM / 4 : 0;
    const under = rows.findIndex((one) => clientY < one.getBoundingClientRect().bottom);
    to = under < 0 ? rows.length - 1 : under;
    rows.forEach((one, place) => {
      one.classList.toggle("above", place === to && to < from);
      one.classList.toggle("below", place === to && to > from);
    });
  });
  handle.addEventListener("pointerup", () => carry(from, to), { once: true });
}

async function keep() {
  if (!queue.songs.length) return;
  const name = `Queue of ${new Date().toLocaleString()}`;
  await post("/playlists", { user: user(), name, songs: queue.songs.map((song) => song.id) }).then(() => toast(`Kept: ${name}`), failed);
}
