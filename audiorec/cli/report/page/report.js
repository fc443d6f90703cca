// Turns the plain players into round buttons with a ring of progress; only one sounds at a time.
(() => {
  const shapes = '<svg class="go" viewBox="0 0 20 20" aria-hidden="true"><path d="M5 2.5v15l12.5-7.5z"/></svg>' +
    '<svg class="stop" viewBox="0 0 20 20" aria-hidden="true"><path d="M4 3h4v14H4zM12 3h4v14h-4z"/></svg>';
  const players = [...document.querySelectorAll("audio")];
  const sources = new Map(players.filter((p) => p.dataset.sound).map((p) => [p.dataset.sound, p.src]));
  for (const player of players) {
    if (player.dataset.copy) player.src = sources.get(player.dataset.copy);
    const title = player.closest("li").querySelector(".name b").textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "play";
    button.innerHTML = shapes;
    button.setAttribute("aria-label", "Play " + title);
    button.onclick = () => (player.paused ? player.play() : player.pause());
    player.onplay = () => {
      players.forEach((other) => other !== player && other.pause());
      button.classList.add("on");
      button.setAttribute("aria-label", "Pause " + title);
    };
    player.onpause = () => {
      button.classList.remove("on");
      button.setAttribute("aria-label", "Play " + title);
    };
    player.ontimeupdate = () => button.style.setProperty("--done", (100 * player.currentTime) / (player.duration || 1));
    player.onended = () => button.style.setProperty("--done", 0);
    player.hidden = true;
    player.after(button);
  }
})();
