// Elements from data. Text becomes text nodes and nothing else, so that a tag of a song can never become markup.

const PATHS = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  next: "M6 5v14l9-7zM16 5h3v14h-3z",
  previous: "M18 5v14l-9-7zM5 5h3v14H5z",
  like: "M12 20.5l-1.3-1.2C6 15.1 3 12.4 3 9a4.9 4.9 0 0 1 9-2.7A4.9 4.9 0 0 1 21 9c0 3.4-3 6.1-7.7 10.3z",
  dislike: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM7 11h10v2H7z",
  queue: "M4 6h12v2H4zM4 11h12v2H4zM4 16h8v2H4zM17 13v3h-3v2h3v3h2v-3h3v-2h-3v-3z",
  more: "M5 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm7 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm7 0a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  up: "M12 7l7 8H5z",
  down: "M12 17l7-8H5z",
  handle: "M9 5h2v2H9zM13 5h2v2h-2zM9 11h2v2H9zM13 11h2v2h-2zM9 17h2v2H9zM13 17h2v2h-2z",
  remove: "M6.4 5L5 6.4 10.6 12 5 17.6 6.4 19 12 13.4 17.6 19 19 17.6 13.4 12 19 6.4 17.6 5 12 10.6z",
};

export function h(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value);
  }
  return put(element, children);
}

// Children that are null, undefined or false are none.
export function put(element, ...children) {
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// Buttons for what can be played; none where nothing of it has a sound.
export const playButtons = (songs, ...buttons) =>
  h("div", { class: "row", hidden: !songs.some((song) => song.sounds !== false) }, buttons);

export const iconButton = (name, label, onclick, values = {}) =>
  h("button", { class: "icon", type: "button", "aria-label": label, title: label, onclick, ...values }, icon(name));

export const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
};

let timer;
export function toast(text, action, does) {
  const place = document.getElementById("toast");
  place.replaceChildren(text, ...(action ? [h("button", { type: "button", onclick: () => { place.classList.remove("shown"); does(); } }, action)] : []));
  place.classList.add("shown");
  clearTimeout(timer);
  timer = setTimeout(() => place.classList.remove("shown"), action ? 7000 : 3500);
}

export const failed = (error) => toast(error.message);
