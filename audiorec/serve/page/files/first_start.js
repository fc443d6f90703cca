// The first evening: nothing is here yet. What to do, and a button that loads the demo library.

import { get } from "./api.js";
import { failed, h } from "./dom.js";
import { beginJob, watch } from "./library.js";

export async function firstStart(box, _, status) {
  const place = h("div", {});
  let source = null;
  let timer = null;
  const demo = h("button", { class: "main", type: "button", onclick: () => begin() }, "Load the demo library");
  function begin() {
    demo.disabled = true;
    beginJob("demo").then(follow, (error) => { demo.disabled = false; failed(error); });
  }
  function follow(job) {
    demo.disabled = true;
    source = watch(place, job);
    // The first songs can be heard while the rest is learnt.
    timer = setInterval(async () => {
      const now = await get("/status").catch(() => null);
      if (now?.songs) document.dispatchEvent(new Event("again"));
    }, 2000);
  }
  const ended = () => { demo.disabled = false; };
  document.addEventListener("job-ended", ended);
  box.append(
    h("h1", {}, "Welcome"),
    h("p", { class: "lead" }, "audiorec listens to your music, learns what you like, and finds songs that nobody has played yet. Nothing leaves this machine."),
    h("div", { class: "pick" },
      h("div", { class: "card" }, h("h2", {}, "With your own music"), h("p", {}, "In a terminal, name the folder; songs appear here as they are read:"),
        h("pre", {}, `${status.command} extract ~/Music`),
        h("p", {}, "Have you listens elsewhere? Bring them in. If not, what you like here is the beginning:"), h("pre", {}, `${status.command} import auto FILE --user NAME`)),
      h("div", { class: "card" }, h("h2", {}, "Only looking"), h("p", {}, "48 short songs and 40 listeners, all made for audiorec. It takes a minute or two, and steps aside when your own music is there."), demo, place)));
  const { jobs } = await get("/jobs");
  if (jobs[0]?.state === "running") follow(jobs[0]);
  if (status.notes[0] && !status.notes[0].startsWith("no music")) box.append(h("p", { class: "lead" }, status.notes[0]));
  return () => { source?.close(); clearInterval(timer); document.removeEventListener("job-ended", ended); };
}
