// How good the lists are, as it was measured last: for each kind of song, this library's lists beside plain ones.

import { h } from "./dom.js";
import { table } from "./table.js";
import { named } from "./words.js";

const KINDS = {
  warm: "Songs that others have played", "cold song": "Songs that nobody has played, by artists who are known",
  "cold artist": "Songs by artists of whom nobody has played anything", mixed: "All of these in one list",
};

export function figures({ rows, measured, is_current: isCurrent }) {
  if (!rows.length) return [h("p", { class: "lead" }, "Not measured yet. Measuring hides some of what was played, makes the lists without it, and looks where it stands.")];
  const kinds = [...new Set(rows.map((row) => row.protocol))];
  return [
    h("p", { class: "lead" }, `Measured ${new Date(measured * 1000).toLocaleString()}: some of what was played was hidden, and looked for in the lists. 1 is the best, and .5 of AUC is chance.${isCurrent ? "" : " Models were trained since: measure again."}`),
    ...kinds.map((kind) => {
      const mine = rows.filter((row) => row.protocol === kind);
      return h("details", { open: kind === kinds[0] }, h("summary", {}, named(`${KINDS[kind] ?? kind} (${mine[0].users} listeners, ${mine[0].songs} songs)`)), ofKind(mine));
    })];
}

function ofKind(rows) {
  const metrics = [...new Set(rows.map((row) => row.metric))], systems = [...new Set(rows.map((row) => row.system))];
  const cell = (system, metric) => {
    const row = rows.find((one) => one.system === system && one.metric === metric);
    return `${short(row.value)} [${short(row.interval[0])}, ${short(row.interval[1])}]`;
  };
  return table(["Lists", ...metrics.map((name) => name.toUpperCase())], systems.map((system) => [system, ...metrics.map((metric) => cell(system, metric))]));
}

const short = (value) => value.toFixed(3);
