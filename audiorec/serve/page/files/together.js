// Others who listen too: the list is then what all of them like and none of them has.

import { get } from "./api.js";
import { h, toast } from "./dom.js";
import { user } from "./listener.js";
import { named } from "./words.js";

export async function together(others, again) {
  const names = (await get("/users", { limit: 1000 })).users.filter((name) => name !== user());
  if (!names.length) return null;
  const chips = h("div", { class: "chips" });
  const input = h("input", { type: "search", list: "listeners", maxlength: "200", placeholder: "A name" });
  const form = h("form", { class: "row" }, h("label", {}, "Who else", input), h("button", { type: "submit" }, "Add"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const name = input.value.trim();
    if (!names.includes(name)) return toast(named(`No listener is called ${name || "so"}.`));
    input.value = "";
    change(() => others.add(name));
  });
  function change(does) {
    does();
    draw();
    again();
  }
  const draw = () => chips.replaceChildren(...[...others].map((name) =>
    h("button", { class: "chip", type: "button", "aria-pressed": "true", "aria-label": `Without ${name}`,
      onclick: () => { change(() => others.delete(name)); input.focus(); } }, `${name} ×`)));
  draw();
  return h("details", { open: others.size > 0 }, h("summary", {}, "Listen with others"),
    h("p", { class: "lead" }, named("The list is then for all of you: songs that suit everyone and that nobody has played.")),
    form, chips, h("datalist", { id: "listeners" }, names.map((name) => h("option", { value: name }))));
}
